import { exportedBy } from "../codebuild/build.ts";
import type { Stack } from "../stack/stack.ts";
import { whileMoving } from "../stack/stall.ts";
import { type Act, type Expectation, expectationOf } from "./act.ts";
import { type ActResult, type Happenings, happeningsFromNow, notificationsOf, resultsOf } from "./act-result.ts";
import { narrate, type Say } from "./narrate.ts";
import type { Stage } from "./stage.ts";
import { until, untilWithSchedule } from "./until.ts";

/**
 * Plays one act to its end: pulls the trigger, then waits until the channels hold the expected images and the
 * subscribers are notified, or until the stack is idle.
 * @throws Error when the act does not reach its end, also when the stack stalls or the signal aborts
 */
export async function playAct(act: Act, stage: Stage, say: Say, signal: AbortSignal): Promise<ActResult[]> {
  const { stack } = stage;
  const broken = new AbortController();
  const ends = AbortSignal.any([signal, broken.signal]);
  const happenings = await happeningsFromNow(stage);
  const watch = () => {
    const failure = unexpectedFailure(act, stack, happenings);
    if (failure) broken.abort(failure);
  };
  stack.events.on("change", watch);
  const endNarration = narrate(stage, say);
  try {
    await act.play(stage, ends);
    await awaitNotifications(act, stage, happenings, say, ends);
    const allEnded = () => stack.codebuild.builds().every(({ buildComplete }) => buildComplete);
    await until(stack, "all builds have ended", allEnded, ends);
    await whileMoving(stack.events, "their events are on the bus", stack.codebuild.ended, { signal: ends });
    await stack.idle(ends);
    return await resultsOf(act, stack, happenings);
  } finally {
    stack.events.off("change", watch);
    endNarration();
  }
}

/**
 * Waits until subscribers have received the act's notifications. If one of them depends on the soak, the clock advances
 * past the soak.
 */
async function awaitNotifications(
  act: Act,
  stage: Stage,
  happenings: Happenings,
  say: Say,
  signal: AbortSignal,
): Promise<void> {
  const { stack } = stage;
  const { configuration } = stack;
  const expected = configuration.variants.map((variant) => ({ name: variant.name, ...expectationOf(act, variant) }));
  const haveArrived = (counts: (one: string, expectation: Expectation) => boolean) => () =>
    expected.every((expectation) => {
      const arrived = notificationsOf(expectation.name, happenings);
      return expectation.notifications.filter((one) => counts(one, expectation)).every((one) => arrived.includes(one));
    });
  const soaks = (one: string, { stable }: Expectation) => one === "published/stable" && stable === "new";
  const allHaveArrived = haveArrived(() => true);
  const beforeSoak = haveArrived((...one) => !soaks(...one));
  await untilWithSchedule(stage, "subscribers have the notifications due before the soak", beforeSoak, say, signal);
  await stack.idle(signal);
  if (allHaveArrived()) return;
  const fired = await stage.pass(configuration.policies.soak);
  if (fired.length === 0) await stage.passTo();
  await untilWithSchedule(stage, "subscribers have the notifications due after the soak", allHaveArrived, say, signal);
}

/** A failed build in an act that expects none: the act's notifications will never come. */
function unexpectedFailure(act: Act, { configuration }: Stack, happenings: Happenings): Error | undefined {
  const expectsFailure = (variant: (typeof configuration.variants)[number]) => {
    const { killed, notifications } = expectationOf(act, variant);
    return killed || notifications.includes("failed");
  };
  if (configuration.variants.some(expectsFailure)) return undefined;
  const failed = happenings
    .builds()
    .find(({ buildStatus }) => buildStatus !== "IN_PROGRESS" && buildStatus !== "SUCCEEDED");
  if (!failed) return undefined;
  const why = `${exportedBy(failed, "FAILURE_CLASS") ?? "no class"}: ${exportedBy(failed, "FAILURE_CAUSE") ?? "no cause"}`;
  return new Error(`${failed.id} ended ${failed.buildStatus} (${why})`);
}
