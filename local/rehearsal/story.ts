import { setTimeout as limit } from "node:timers";
import { type Build, exportedBy } from "../codebuild/build.ts";
import type { Stack } from "../stack.ts";
import { type ActResult, buildsOf, type Happenings, happeningsFromNow, imageOf, resultsOf } from "./act-result.ts";
import type { Act } from "./acts.ts";
import { type Say, tellProgress } from "./progress.ts";
import type { Stage } from "./stage.ts";
import { until } from "./until.ts";

/** Longest that an act may take, in real milliseconds. */
const actLimit = 8 * 60_000;

/**
 * Plays one act to its end: the trigger, then whatever the service makes of it, until the channels hold what they should and the
 * subscribers know, or until everything has gone quiet.
 * @throws Error when the act does not come to its end, be it that the signal breaks it off
 */
export async function playAct(act: Act, stage: Stage, say: Say, signal: AbortSignal): Promise<ActResult[]> {
  const { stack } = stage;
  const overdue = new AbortController();
  const timer = limit(() => overdue.abort(new Error(`the act took longer than ${actLimit / 1000} s`)), actLimit);
  const ends = AbortSignal.any([signal, overdue.signal]);
  const happenings = await happeningsFromNow(stack);
  const telling = tellProgress(stack, say);
  try {
    await act.play(stage, ends);
    if (act.expects === "image") await awaitImages(stage, happenings, ends);
    if (act.expects === "failure") await awaitFailures(stack, happenings, ends);
    await stack.functions.idle(ends);
    await stack.inbox.idle(ends);
    return await resultsOf(act, stack, happenings);
  } finally {
    clearTimeout(timer);
    telling();
  }
}

/** An image is there when `candidate`'s subscribers know it and, once it has soaked, `stable`'s. */
async function awaitImages(stage: Stage, happenings: Happenings, signal: AbortSignal): Promise<void> {
  const { stack } = stage;
  const { functions, configuration } = stack;
  const published = (channel: string) => () => {
    failOn(happenings.builds());
    return configuration.variants.every(({ name }) => {
      const image = imageOf(name, happenings);
      return happenings
        .notifications()
        .some(
          (one) => one.kind === "published" && one.variant === name && one.channel === channel && one.image === image,
        );
    });
  };
  await until(stack, "every candidate is published", published("candidate"), signal);
  await functions.idle(signal);
  if (published("stable")()) return;
  const fired = await stage.pass(configuration.policies.soak);
  if (fired.length === 0) await stage.passTo();
  await until(stack, "every stable is published", published("stable"), signal);
}

async function awaitFailures(stack: Stack, happenings: Happenings, signal: AbortSignal): Promise<void> {
  const told = () =>
    stack.configuration.variants.every(
      ({ name }) =>
        buildsOf(name, happenings).some(({ buildComplete }) => buildComplete) &&
        happenings.notifications().some((one) => one.kind === "failed" && one.variant === name),
    );
  await until(stack, "every failure is told", told, signal);
}

function failOn(builds: readonly Build[]): void {
  const failed = builds.find(({ buildStatus }) => buildStatus !== "IN_PROGRESS" && buildStatus !== "SUCCEEDED");
  if (!failed) return;
  const why = `${exportedBy(failed, "FAILURE_CLASS") ?? "no class"}: ${exportedBy(failed, "FAILURE_CAUSE") ?? "no cause"}`;
  throw new Error(`${failed.id} ended ${failed.buildStatus} (${why})`);
}
