import { type Build, exportedBy, variableOf } from "../codebuild/build.ts";
import type { Notification } from "../inbox.ts";
import type { Stack } from "../stack.ts";
import type { Act } from "./acts.ts";

/** What one act brought for one variant. */
export interface ActResult {
  act: string;
  /** What led to the look that counted: a schedule's name, `manual`, or for the quiet act all that came. */
  trigger: string;
  variant: string;
  /** As the build was started with. */
  reasons: string[];
  builds: number;
  /** The image that was made, published or not. */
  image: string | null;
  /** What `stable` held before. */
  previous: string | null;
  /** Whether `stable` holds the image now. */
  published: boolean;
  /** Whether subscribers were told what the act is about; in the quiet act, whether they were told anything. */
  notified: boolean;
  /** Real seconds. */
  seconds: number;
}

/** What has happened in the stack from a moment on. */
export interface Happenings {
  /** Image IDs in `stable` by variant, as they were at that moment. */
  stableBefore: Record<string, string>;
  builds(): readonly Build[];
  notifications(): readonly Notification[];
  /** Kinds of all triggers, as `reconcile` recorded them. */
  triggers(): string[];
  /** Real seconds since then. */
  seconds(): number;
}

export async function happeningsFromNow(stack: Stack): Promise<Happenings> {
  const began = performance.now();
  const [builds, notifications, logs] = [stack.codebuild.builds(), stack.inbox.notifications(), stack.logs].map(
    ({ length }) => length,
  );
  return {
    stableBefore: await stablesOf(stack),
    builds: () => stack.codebuild.builds().slice(builds),
    notifications: () => stack.inbox.notifications().slice(notifications),
    triggers: () =>
      stack.logs.slice(logs).flatMap(({ record }) => (record?.trigger as { kind?: string } | undefined)?.kind ?? []),
    seconds: () => Math.round((performance.now() - began) / 100) / 10,
  };
}

/** One result a variant. */
export async function resultsOf(act: Act, stack: Stack, happenings: Happenings): Promise<ActResult[]> {
  const after = await stablesOf(stack);
  return stack.configuration.variants.map(({ name }) => {
    const own = buildsOf(name, happenings);
    const image = imageOf(name, happenings);
    return {
      act: act.name,
      trigger: triggerOf(act, happenings.triggers()),
      variant: name,
      reasons: own.flatMap((build) => (variableOf(build, "REASONS") ?? "").split("\n")).filter(Boolean),
      builds: own.length,
      image,
      previous: happenings.stableBefore[name] ?? null,
      published: image !== null && after[name] === image,
      notified: happenings.notifications().some((one) => one.variant === name && tellsOf(one, act)),
      seconds: happenings.seconds(),
    };
  });
}

export function buildsOf(variant: string, { builds }: Happenings): Build[] {
  return builds().filter((build) => variableOf(build, "VARIANT") === variant);
}

/** The latest image that was made for a variant. */
export function imageOf(variant: string, happenings: Happenings): string | null {
  return (
    buildsOf(variant, happenings)
      .map((build) => exportedBy(build, "IMAGE_ID"))
      .findLast(Boolean) ?? null
  );
}

function tellsOf({ kind, channel }: Notification, { expects }: Act): boolean {
  if (expects === "image") return kind === "published" && channel === "stable";
  return expects === "nothing" || kind === "failed";
}

/** The one that the act is about where it was among them. */
function triggerOf(act: Act, kinds: string[]): string {
  return kinds.includes(act.trigger) ? act.trigger : [...new Set(kinds)].toSorted().join(", ");
}

async function stablesOf(stack: Stack): Promise<Record<string, string>> {
  const parameters = await stack.parameters();
  const { channelsPrefix } = stack.deployment;
  return Object.fromEntries(
    stack.configuration.variants.flatMap(({ name }) => {
      const image = parameters[`${channelsPrefix}/${name}/stable`];
      return image ? [[name, image]] : [];
    }),
  );
}
