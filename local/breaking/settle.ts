import { second } from "../../functions/config/time.ts";
import type { Stage } from "../rehearsal/stage.ts";
import { poll, whileMoving } from "../stack/stall.ts";

/** The queue hides the triggers of a failed run for so many timeouts of the function (infra/queue.ts). */
const hiddenTimeouts = 6;

/** Ticks without a word of a build: Packer tries for five minutes to reach a machine that is gone. */
const silentTicks = 900;

/**
 * Returns a function that waits until all builds have ended, Parameter Store has validated every channel and reconcile
 * has handled every trigger. After a failed run the clock first passes the time for which the queue hides the run's
 * triggers.
 */
export function settling({ stack, pass }: Stage, signal: AbortSignal): () => Promise<void> {
  const { events, codebuild, deployment, emulator } = stack;
  const hidden = hiddenTimeouts * deployment.reconcile.timeoutSeconds * second;
  let failed = new AbortController();
  events.on("failure", () => failed.abort());

  const isValidated = async () => (await emulator.pendingValidations()) === 0;
  const allEnded = () => codebuild.builds().every(({ buildComplete }) => buildComplete);

  function validated(): Promise<true> {
    return whileMoving(events, "all channels are validated", (ends) => poll(isValidated, ends), { signal });
  }

  async function settle(): Promise<void> {
    await whileMoving(events, "all builds have ended", codebuild.ended, { signal, ticks: silentTicks });
    const { signal: interrupted } = failed;
    const ends = AbortSignal.any([signal, interrupted]);
    try {
      await stack.idle(ends);
      await validated();
      // Parameter Store may have sent its event meanwhile.
      await stack.idle(ends);
    } catch (error) {
      if (!interrupted.aborted || signal.aborted) throw error;
      await validated();
    }
    if (!interrupted.aborted && allEnded() && (await isValidated())) return;
    if (interrupted.aborted) {
      failed = new AbortController();
      await pass(hidden);
    }
    await settle();
  }

  return settle;
}
