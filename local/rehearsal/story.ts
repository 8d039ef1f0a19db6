import { setTimeout as limit } from "node:timers";
import { exportedBy } from "../codebuild/build.ts";
import type { Stack } from "../stack/stack.ts";
import { type Act, type Expectation, expectationOf } from "./act.ts";
import { type ActResult, type Happenings, happeningsFromNow, resultsOf, toldOf } from "./act-result.ts";
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
  const broken = new AbortController();
  const ends = AbortSignal.any([signal, overdue.signal, broken.signal]);
  const happenings = await happeningsFromNow(stage);
  const watch = () => {
    const failure = unexpectedFailure(act, stack, happenings);
    if (failure) broken.abort(failure);
  };
  stack.events.on("change", watch);
  const telling = tellProgress(stage, say);
  try {
    await act.play(stage, ends);
    await awaitTelling(act, stage, happenings, ends);
    await until(
      stack,
      "no build runs",
      () => stack.codebuild.builds().every(({ buildComplete }) => buildComplete),
      ends,
    );
    await stack.functions.idle(ends);
    await stack.inbox.idle(ends);
    return await resultsOf(act, stack, happenings);
  } finally {
    clearTimeout(timer);
    stack.events.off("change", watch);
    telling();
  }
}

/** Waits until subscribers know what the act is about; where an image has to soak for that, time passes. */
async function awaitTelling(act: Act, stage: Stage, happenings: Happenings, signal: AbortSignal): Promise<void> {
  const { stack } = stage;
  const { functions, configuration } = stack;
  const expected = configuration.variants.map((variant) => ({ name: variant.name, ...expectationOf(act, variant) }));
  const isTold = (counts: (one: string, expectation: Expectation) => boolean) => () =>
    expected.every((expectation) => {
      const told = toldOf(expectation.name, happenings);
      return expectation.told.filter((one) => counts(one, expectation)).every((one) => told.includes(one));
    });
  const soaks = (one: string, { stable }: Expectation) => one === "published/stable" && stable === "new";
  const isAllTold = isTold(() => true);
  await until(
    stack,
    "subscribers know what comes at once",
    isTold((...one) => !soaks(...one)),
    signal,
  );
  await functions.idle(signal);
  if (isAllTold()) return;
  const fired = await stage.pass(configuration.policies.soak);
  if (fired.length === 0) await stage.passTo();
  await until(stack, "subscribers know what comes after the soak", isAllTold, signal);
}

/** A build that failed where none may: what the act waits for will not come. */
function unexpectedFailure(act: Act, { configuration }: Stack, happenings: Happenings): Error | undefined {
  if (configuration.variants.some((variant) => expectationOf(act, variant).told.includes("failed"))) return undefined;
  const failed = happenings
    .builds()
    .find(({ buildStatus }) => buildStatus !== "IN_PROGRESS" && buildStatus !== "SUCCEEDED");
  if (!failed) return undefined;
  const why = `${exportedBy(failed, "FAILURE_CLASS") ?? "no class"}: ${exportedBy(failed, "FAILURE_CAUSE") ?? "no cause"}`;
  return new Error(`${failed.id} ended ${failed.buildStatus} (${why})`);
}
