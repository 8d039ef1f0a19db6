import { type Build, exportedBy, variableOf } from "../codebuild/build.ts";
import type { Notification } from "../stack/inbox.ts";
import type { Stack } from "../stack/stack.ts";
import { type Act, type Expectation, expectationOf } from "./act.ts";
import { channelsOf, type Holdings, imagesOf } from "./holdings.ts";
import type { Called, Stage } from "./stage.ts";

/** What one act brought for one variant. */
export interface ActResult {
  act: string;
  /** What led to the look that counted: a schedule's name, `manual`, or for the quiet act all that came. */
  trigger: string;
  variant: string;
  /** As the builds were started with, those of harvests left out. */
  reasons: string[];
  /** Builds and proofs. */
  builds: number;
  /** Runs that took the closed pieces from AWS's EKS image, started for this variant. */
  harvests: number;
  /** The image that was made, published or not. */
  image: string | null;
  /** What `stable` held before. */
  previous: string | null;
  /** Whether `stable` holds the image now. */
  published: boolean;
  /** Whether subscribers were told all that the act is about; in a quiet act, whether they were told anything. */
  notified: boolean;
  /** What the channels hold after it. */
  channels: { candidate: string | null; stable: string | null };
  /** Kinds of the notifications about the variant, with their channel where they are about one. */
  told: string[];
  /** Images that have been deprecated, that are so no more, and that have been disabled. */
  deprecated: string[];
  restored: string[];
  disabled: string[];
  /** Signed calls of the act, of all variants together. */
  calls: Called[];
  /** Real seconds. */
  seconds: number;
}

/** What has happened in the stack from a moment on. */
export interface Happenings {
  /** As it was at that moment. */
  before: Holdings;
  builds(): readonly Build[];
  notifications(): readonly Notification[];
  calls(): readonly Called[];
  /** Kinds of all triggers, as `reconcile` recorded them. */
  triggers(): string[];
  /** Real seconds since then. */
  seconds(): number;
}

export async function happeningsFromNow({ stack, calls }: Stage): Promise<Happenings> {
  const began = performance.now();
  const parts = [stack.codebuild.builds(), stack.inbox.notifications(), stack.logs, calls];
  const [builds, notifications, logs, called] = parts.map(({ length }) => length);
  return {
    before: await holdingsOf(stack),
    builds: () => stack.codebuild.builds().slice(builds),
    notifications: () => stack.inbox.notifications().slice(notifications),
    calls: () => calls.slice(called),
    triggers: () =>
      stack.logs.slice(logs).flatMap(({ record }) => (record?.trigger as { kind?: string } | undefined)?.kind ?? []),
    seconds: () => Math.round((performance.now() - began) / 100) / 10,
  };
}

/** One result a variant. */
export async function resultsOf(act: Act, stack: Stack, happenings: Happenings): Promise<ActResult[]> {
  const { before } = happenings;
  const after = await holdingsOf(stack);
  return stack.configuration.variants.map((variant) => {
    const { name } = variant;
    const own = buildsOf(name, happenings);
    const made = imageOf(name, happenings);
    const told = toldOf(name, happenings);
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
      notified: isNotified(expectationOf(act, variant), told),
      channels,
      told,
      deprecated: without(those(now, "deprecated"), those(then, "deprecated")),
      restored: without(those(then, "deprecated"), those(now, "deprecated")),
      disabled: without(those(now, "disabled"), those(then, "disabled")),
      calls: [...happenings.calls()],
      seconds: happenings.seconds(),
    };
  });
}

/** Harvests are not among them. */
export function buildsOf(variant: string, happenings: Happenings): Build[] {
  return runsOf(variant, happenings).filter((build) => variableOf(build, "PURPOSE") !== "harvest");
}

/** The latest image that was made for a variant. */
export function imageOf(variant: string, happenings: Happenings): string | null {
  return (
    buildsOf(variant, happenings)
      .map((build) => exportedBy(build, "IMAGE_ID"))
      .findLast(Boolean) ?? null
  );
}

/** `published/stable`, `failed` */
export function toldOf(variant: string, { notifications }: Happenings): string[] {
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

function isNotified({ told: expected }: Expectation, told: readonly string[]): boolean {
  return expected.length === 0 ? told.length > 0 : expected.every((one) => told.includes(one));
}

/** The one that the act is about where it was among them. */
function triggerOf(act: Act, kinds: string[]): string {
  return kinds.includes(act.trigger) ? act.trigger : [...new Set(kinds)].toSorted().join(", ");
}

async function holdingsOf(stack: Stack): Promise<Holdings> {
  const [channels, images] = await Promise.all([channelsOf(stack), imagesOf(stack)]);
  return { channels, images };
}

function those(images: Holdings["images"][string], state: "deprecated" | "disabled"): string[] {
  return images.filter((image) => image[state]).map(({ id }) => id);
}

function without(images: string[], others: string[]): string[] {
  return images.filter((id) => !others.includes(id));
}
