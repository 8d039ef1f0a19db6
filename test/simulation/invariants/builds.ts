import { maxBy } from "es-toolkit";
import { sameInputs } from "../../../functions/domain/inputs.ts";
import { minute } from "../../world.ts";
import { blindForPauses, hasBeenIn, isIn, type Started } from "../ledger.ts";
import type { Run, Simulation } from "../simulation.ts";

/** Failures of these classes end after a number of attempts. */
const forGood = ["checksum", "template", "provision", "test", "sysprep", "proof"];

export function checkStart(s: Simulation, run: Run, variables: Readonly<Record<string, string>>): undefined {
  const { VARIANT: variant = "", PURPOSE: purpose = "", INPUTS = "{}", TOKEN } = variables;
  const inputs = JSON.parse(INPUTS) as Started["inputs"];
  const known = s.account.starts.get(TOKEN ?? "");
  // CodeBuild takes the same order twice for one.
  if (known && s.now() - known.at < 5 * minute) return;
  const own = s.ledger.builds.filter((one) => one.variant === variant);
  const what = `a ${purpose} of ${variant}, ${INPUTS}`;
  const running = own.find(({ status }) => status === "running");
  if (running) s.violate("a variant has one build at a time", `${what} beside ${running.id}`);
  const all = s.ledger.builds.filter(({ status }) => status === "running").length;
  if (all >= s.configuration.policies.maxParallel) s.violate("at most maxParallel builds run", `${what} beside ${all}`);
  if ([variant, "*"].some((scope) => hasBeenIn(s.ledger.paused, scope, s.now(), blindForPauses(run, 4))))
    s.violate("nothing starts during a pause", what);
  const same = own.filter((one) => sameInputs(one.inputs, inputs));
  if (purpose === "build") checkRepetition(s, same, what);
  if (purpose === "prove") checkProof(s, variables.IMAGE_ID ?? "", same, what);
}

/** The same inputs are built again only after a failure, and not for ever; or if their image is lost. */
function checkRepetition(s: Simulation, same: readonly Started[], what: string): undefined {
  const last = same.at(-1);
  if (!last) return;
  const newest = newestGood(s, last.variant);
  const passed = same.find(({ image }) => image !== undefined && image === newest);
  if (passed) s.violate("nothing is built twice", `${what}: ${passed.id} has made ${passed.image}`);
  const revoked = same.find(({ image = "" }) => hasBeenIn(s.ledger.revoked, image, s.now(), 5 * minute));
  if (revoked && s.account.images.has(revoked.image ?? ""))
    s.violate("the inputs of a revoked image are not built again", `${what}: ${revoked.image}`);
  const since = sinceSuccess(same);
  if (since.some(({ status }) => status === "stopped"))
    s.violate("what a person has stopped waits for a change or a request", what);
  const failures = since.filter(({ failure = "" }) => forGood.includes(failure)).length;
  if (failures >= 3) s.violate("what fails for good is not built for ever", `${what} after ${failures} failures`);
  const ended = last.endedAt ?? s.now();
  if (last.status === "failed" && s.now() - ended < 14 * minute)
    s.violate(
      "a failure is followed by a wait",
      `${what}, ${Math.round((s.now() - ended) / minute)} minutes after ${last.id}`,
    );
}

function checkProof(s: Simulation, image: string, same: readonly Started[], what: string): undefined {
  const made = s.ledger.made.get(image);
  if (!made) return s.violate("nothing forged is proved", `${what}: ${image}`);
  const last = same.findLast((one) => one.image === image && one.status !== "running");
  const isFresh = s.now() - (last?.endedAt ?? 0) < 5 * minute;
  if (made.proof !== undefined && !isFresh) s.violate("no image is proved twice", `${what}: ${image} ${made.proof}`);
  const inVain = same.filter((one) => one.purpose === "prove" && one.image === image && one.failure !== "proof");
  if (inVain.length >= 2) s.violate("an image is proved in two attempts", `${what}: ${image}`);
}

/** The newest image that a channel may get. An older one of the same inputs does not help: no channel goes back. */
function newestGood({ account, ledger, now }: Simulation, variant: string): string | undefined {
  const good = [...ledger.made.values()].filter(
    (made) =>
      made.variant === variant &&
      made.proof === "passed" &&
      account.images.get(made.id)?.State === "available" &&
      // A run that has read before somebody enables it does not know.
      now() - (ledger.states.get(made.id)?.at ?? 0) > 5 * minute &&
      !isIn(ledger.revoked, made.id, now(), 5 * minute),
  );
  return maxBy(good, ({ createdAt }) => createdAt)?.id;
}

function sinceSuccess(same: readonly Started[]): Started[] {
  const last = same.findLastIndex(({ status }) => status === "succeeded");
  return same.slice(last + 1);
}
