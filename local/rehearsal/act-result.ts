import { type Build, exportedBy, variableOf } from "../codebuild/build.ts";
import type { Notification } from "../stack/inbox.ts";
import type { Stack } from "../stack/stack.ts";
import { type Act, type Expectation, expectationOf } from "./act.ts";
import { channelsOf, fastLaunchOf, type Holdings, imagesOf } from "./holdings.ts";
import type { Called, Stage } from "./stage.ts";

export interface ActResult {
  act: string;
  /**
   * The trigger of the reconcile run that counted: a schedule's name or `manual`; for the quiet act, all triggers that
   * came.
   */
  trigger: string;
  variant: string;
  /** The reasons with which the builds were started, without those of harvests. */
  reasons: string[];
  /** Builds and proofs. */
  builds: number;
  /** Harvests from AWS's EKS image that were started for this variant. */
  harvests: number;
  /** The image that was built or made ready, published or not. */
  image: string | null;
  /** The image that `stable` held before the act. */
  previous: string | null;
  /** Whether `stable` holds the image now. */
  published: boolean;
  /** Whether subscribers received every expected notification; in a quiet act, whether they received any. */
  notified: boolean;
  /** What the channels hold after the act. */
  channels: { candidate: string | null; stable: string | null };
  /**
   * The kinds of the notifications about the variant, with the channel where there is one: `published/stable`,
   * `failed`.
   */
  notifications: string[];
  /** Images that the act deprecated, restored and disabled. */
  deprecated: string[];
  restored: string[];
  disabled: string[];
  /** Images whose snapshots EC2 finished in the act, and images whose Fast Launch it ended. */
  fastLaunch: { enabled: string[]; ended: string[] };
  /** The act's signed calls for all variants together. */
  calls: Called[];
  /** Real seconds. */
  seconds: number;
}

/** What has happened in the stack since a moment. */
export interface Happenings {
  /** The state at that moment. */
  before: Holdings;
  builds(): readonly Build[];
  notifications(): readonly Notification[];
  calls(): readonly Called[];
  /** Images that were made ready without a build. */
  readied(): Stage["readied"];
  /** The kinds of all triggers that `reconcile` logged. */
  triggers(): string[];
  /** Real seconds since that moment. */
  seconds(): number;
}

export async function happeningsFromNow({ stack, calls, readied }: Stage): Promise<Happenings> {
  const began = performance.now();
  const parts = [stack.codebuild.builds(), stack.inbox.notifications(), stack.logs, calls];
  const madeReady = readied.length;
  const [builds, notifications, logs, called] = parts.map(({ length }) => length);
  return {
    before: await holdingsOf(stack),
    builds: () => stack.codebuild.builds().slice(builds),
    notifications: () => stack.inbox.notifications().slice(notifications),
    calls: () => calls.slice(called),
    readied: () => readied.slice(madeReady),
    triggers: () =>
      stack.logs.slice(logs).flatMap(({ record }) => (record?.trigger as { kind?: string } | undefined)?.kind ?? []),
    seconds: () => Math.round((performance.now() - began) / 100) / 10,
  };
}

/** One result per variant. */
export async function resultsOf(act: Act, stack: Stack, happenings: Happenings): Promise<ActResult[]> {
  const { before } = happenings;
  const after = await holdingsOf(stack);
  return stack.configuration.variants.map((variant) => {
    const { name } = variant;
    const own = buildsOf(name, happenings);
    const made = imageOf(name, happenings);
    const notifications = notificationsOf(name, happenings);
    const channels = after.channels[name] ?? { candidate: null, stable: null };
    const [now, then] = [after.images[name] ?? [], before.images[name] ?? []];
    return {
      act: act.name,
      trigger: triggerOf(act, happenings.triggers()),
      variant: name,
      reasons: own.flatMap((build) => (variableOf(build, "REASONS") ?? "").split("\n")).filter(Boolean),
      builds: own.length,
      harvests: harvestsOf(name, happenings).length,
      image: made,
      previous: before.channels[name]?.stable ?? null,
      published: made !== null && channels.stable === made,
      notified: isNotified(expectationOf(act, variant), notifications),
      channels,
      notifications,
      deprecated: without(idsOf(now, "deprecated"), idsOf(then, "deprecated")),
      restored: without(idsOf(then, "deprecated"), idsOf(now, "deprecated")),
      disabled: without(idsOf(now, "disabled"), idsOf(then, "disabled")),
      fastLaunch: {
        enabled: without(fastLaunched(now, after), fastLaunched(then, before)),
        // An image that was deregistered meanwhile is no longer listed.
        ended: then.flatMap(({ id }) => (before.fastLaunch[id] && !after.fastLaunch[id] ? id : [])),
      },
      calls: [...happenings.calls()],
      seconds: happenings.seconds(),
    };
  });
}

/** The variant's builds and proofs, without harvests. */
export function buildsOf(variant: string, happenings: Happenings): Build[] {
  return runsOf(variant, happenings).filter((build) => variableOf(build, "PURPOSE") !== "harvest");
}

/** The latest image that was built, or made ready, for a variant. */
export function imageOf(variant: string, happenings: Happenings): string | null {
  const built = buildsOf(variant, happenings).map((build) => exportedBy(build, "IMAGE_ID"));
  const readied = happenings.readied().filter((one) => one.variant === variant);
  return built.findLast(Boolean) ?? readied.at(-1)?.image ?? null;
}

export function notificationsOf(variant: string, { notifications }: Happenings): string[] {
  return notifications()
    .filter((one) => one.variant === variant)
    .map(({ kind, channel }) => (channel ? `${kind}/${channel}` : kind));
}

function harvestsOf(variant: string, happenings: Happenings): Build[] {
  return runsOf(variant, happenings).filter((build) => variableOf(build, "PURPOSE") === "harvest");
}

function runsOf(variant: string, { builds }: Happenings): Build[] {
  return builds().filter((build) => variableOf(build, "VARIANT") === variant);
}

function isNotified({ notifications: expected }: Expectation, received: readonly string[]): boolean {
  return expected.length === 0 ? received.length > 0 : expected.every((one) => received.includes(one));
}

/** The act's own trigger if it came; otherwise all triggers that came. */
function triggerOf(act: Act, kinds: string[]): string {
  return kinds.includes(act.trigger) ? act.trigger : [...new Set(kinds)].toSorted().join(", ");
}

async function holdingsOf(stack: Stack): Promise<Holdings> {
  const [channels, images, fastLaunch] = await Promise.all([channelsOf(stack), imagesOf(stack), fastLaunchOf(stack)]);
  return { channels, images, fastLaunch };
}

function idsOf(images: Holdings["images"][string], state: "deprecated" | "disabled"): string[] {
  return images.filter((image) => image[state]).map(({ id }) => id);
}

function fastLaunched(images: Holdings["images"][string], { fastLaunch }: Holdings): string[] {
  return images.flatMap(({ id }) => (fastLaunch[id] === "enabled" ? id : []));
}

function without(images: string[], others: string[]): string[] {
  return images.filter((id) => !others.includes(id));
}
