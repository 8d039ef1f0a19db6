import { setTimeout as limit } from "node:timers";
import { type Build, exportedBy, variableOf } from "../codebuild/build.ts";
import type { Notification } from "../inbox.ts";
import type { Stack } from "../stack.ts";
import type { Act } from "./acts.ts";
import { type Say, tellProgress } from "./progress.ts";
import type { Stage } from "./stage.ts";
import { until } from "./until.ts";

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
  /** Whether subscribers were told. */
  notified: boolean;
  /** Real seconds. */
  seconds: number;
}

/** Longest that an act may take, in real milliseconds. */
const actLimit = 8 * 60_000;

/**
 * Plays one act to its end: the trigger, then whatever the service makes of it, until the channels hold what they should and the
 * subscribers know, or until everything has gone quiet.
 * @throws Error when the act does not come to its end
 */
export async function playAct(act: Act, stage: Stage, say: Say, signal: AbortSignal): Promise<ActResult[]> {
  const { stack } = stage;
  const began = performance.now();
  const overdue = new AbortController();
  const timer = limit(() => overdue.abort(new Error(`the act took longer than ${actLimit / 1000} s`)), actLimit);
  const ends = AbortSignal.any([signal, overdue.signal]);
  const before = {
    stable: await stablesOf(stack),
    builds: stack.codebuild.builds().length,
    notifications: stack.inbox.notifications().length,
    logs: stack.logs.length,
  };
  const builds = () => stack.codebuild.builds().slice(before.builds);
  const notifications = () => stack.inbox.notifications().slice(before.notifications);
  const telling = tellProgress(stack, say);
  try {
    await act.play(stage);
    if (act.expects === "image") await awaitImages(stage, builds, notifications, ends);
    if (act.expects === "failure") await awaitFailures(stack, builds, notifications, ends);
    await stack.functions.idle();
    const after = await stablesOf(stack);
    return stack.configuration.variants.map(({ name }): ActResult => {
      const own = builds().filter((build) => variableOf(build, "VARIANT") === name);
      const image = own.map((build) => exportedBy(build, "IMAGE_ID")).findLast(Boolean) ?? null;
      return {
        act: act.name,
        trigger: triggersSince(stack, before.logs, act.trigger),
        variant: name,
        reasons: own.flatMap((build) => (variableOf(build, "REASONS") ?? "").split("\n")).filter(Boolean),
        builds: own.length,
        image,
        previous: before.stable[name] ?? null,
        published: image !== null && after[name] === image,
        notified: notifications().some((one) => one.variant === name && tellsOf(one, act)),
        seconds: Math.round((performance.now() - began) / 100) / 10,
      };
    });
  } finally {
    clearTimeout(timer);
    telling();
  }
}

/** An image is there when `candidate`'s subscribers know it and, once it has soaked, `stable`'s. */
async function awaitImages(
  stage: Stage,
  builds: () => readonly Build[],
  notifications: () => Notification[],
  signal: AbortSignal,
): Promise<void> {
  const { stack } = stage;
  const published = (channel: string) => () => {
    failOn(builds());
    return stack.configuration.variants.every(({ name }) => {
      const image = builds()
        .filter((build) => variableOf(build, "VARIANT") === name)
        .map((build) => exportedBy(build, "IMAGE_ID"))
        .findLast(Boolean);
      return notifications().some(
        (one) => one.kind === "published" && one.variant === name && one.channel === channel && one.image === image,
      );
    });
  };
  await until(stack, "every candidate is published", published("candidate"), signal);
  await stack.functions.idle();
  if (published("stable")()) return;
  await stage.pass(stack.configuration.policies.soak);
  await until(stack, "every stable is published", published("stable"), signal);
}

async function awaitFailures(
  stack: Stack,
  builds: () => readonly Build[],
  notifications: () => Notification[],
  signal: AbortSignal,
): Promise<void> {
  const told = () =>
    stack.configuration.variants.every(
      ({ name }) =>
        builds().some((build) => variableOf(build, "VARIANT") === name && build.buildComplete) &&
        notifications().some((one) => one.kind === "failed" && one.variant === name),
    );
  await until(stack, "every failure is told", told, signal);
}

function failOn(builds: readonly Build[]): void {
  const failed = builds.find(({ buildStatus }) => buildStatus !== "IN_PROGRESS" && buildStatus !== "SUCCEEDED");
  if (!failed) return;
  const why = `${exportedBy(failed, "FAILURE_CLASS") ?? "no class"}: ${exportedBy(failed, "FAILURE_CAUSE") ?? "no cause"}`;
  throw new Error(`${failed.id} ended ${failed.buildStatus} (${why}); its log: ${failed.logs.deepLink}`);
}

function tellsOf(notification: Notification, act: Act): boolean {
  if (act.expects === "image") return notification.kind === "published" && notification.channel === "stable";
  return notification.kind === (act.expects === "failure" ? "failed" : "published");
}

/** The triggers of the looks in an act, as the function recorded them; the one that the act is about where it was among them. */
function triggersSince(stack: Stack, from: number, expected: string): string {
  const kinds = stack.logs
    .slice(from)
    .flatMap(({ record }) => (record?.trigger as { kind?: string } | undefined)?.kind ?? []);
  if (kinds.includes(expected)) return expected;
  return [...new Set(kinds)].toSorted().join(", ");
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
