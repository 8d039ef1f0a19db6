import type { Trigger } from "../../functions/trigger.ts";
import type { Stage } from "./stage.ts";

/** One act of the story: it changes something and pulls the real trigger; what follows is the service's own doing. */
export type Act = {
  name: string;
  /** Which trigger leads to the look that counts. */
  trigger: Trigger["kind"] | "all";
  expects: "image" | "nothing" | "failure";
  /** Why a build is started; nothing where none is. */
  reason?: RegExp;
  play: (stage: Stage, signal: AbortSignal) => Promise<unknown>;
};

const hour = 3_600_000;

export const acts: Act[] = [
  {
    name: "first image",
    trigger: "base-ami",
    expects: "image",
    reason: /^first image/,
    play: (stage) => stage.passTo("base-ami"),
  },
  {
    name: "base AMI",
    trigger: "base-ami",
    expects: "image",
    reason: /^baseAmi /,
    async play(stage) {
      await stage.pass(restBetweenBuilds(stage));
      await stage.releaseBaseAmis(stage.stack.configuration.variants);
      await stage.passTo("base-ami");
    },
  },
  {
    name: "Patch Tuesday",
    trigger: "patch-tuesday",
    expects: "image",
    reason: /^patchTuesday /,
    play: (stage) => stage.passTo("patch-tuesday"),
  },
  {
    name: "Kubernetes",
    trigger: "kubernetes",
    expects: "image",
    reason: /^kubernetes /,
    async play(stage) {
      await stage.pass(restBetweenBuilds(stage));
      stage.releaseKubernetes();
      await stage.passTo("kubernetes");
    },
  },
  {
    name: "manual",
    trigger: "manual",
    expects: "image",
    reason: /^request /,
    play: askForRebuilds,
  },
  {
    name: "nothing changed",
    trigger: "all",
    expects: "nothing",
    async play(stage, signal) {
      await stage.pass(restBetweenBuilds(stage));
      await stage.repeatTriggers();
      await askForRebuilds(stage, signal);
    },
  },
  {
    name: "bad image",
    trigger: "base-ami",
    expects: "failure",
    reason: /^baseAmi /,
    async play(stage) {
      stage.spoilProofs();
      await stage.releaseBaseAmis(stage.stack.configuration.variants);
      await stage.passTo("base-ami");
    },
  },
];

/** Past the distance that two builds of a variant keep. */
function restBetweenBuilds({ stack }: Stage): number {
  return stack.configuration.policies.minInterval + hour;
}

/** The second time the same keys make it the same requests. */
async function askForRebuilds({ stack, post }: Stage, signal: AbortSignal): Promise<void> {
  for (const { name: variant } of stack.configuration.variants)
    await post("/rebuild", { variant, reason: "rehearsal", idempotencyKey: `rehearsal-${variant}` }, signal);
}
