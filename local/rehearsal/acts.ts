import { nextPatchTuesday } from "../../functions/patch-tuesday.ts";
import type { Stage } from "./stage.ts";

/** One act of the story: it changes something and pulls the real trigger; what follows is the service's own doing. */
export type Act = {
  name: string;
  /** Which trigger leads to the look that counts, in the words of `functions/trigger.ts`. */
  trigger: string;
  expects: "image" | "nothing" | "failure";
  play: (stage: Stage) => Promise<unknown>;
};

const hour = 3_600_000;
/** In the default configuration the base AMIs are looked at this often. */
const quarter = hour / 4;

export const acts: Act[] = [
  { name: "first image", trigger: "base-ami", expects: "image", play: (stage) => stage.pass(quarter) },
  {
    name: "base AMI",
    trigger: "base-ami",
    expects: "image",
    async play(stage) {
      await stage.pass(restBetweenBuilds(stage));
      await stage.releaseBaseAmis(stage.stack.configuration.variants);
      await stage.pass(quarter);
    },
  },
  {
    name: "Patch Tuesday",
    trigger: "patch-tuesday",
    expects: "image",
    async play(stage) {
      const { clock, configuration } = stage.stack;
      const now = clock.now().getTime();
      await stage.pass(nextPatchTuesday(now, configuration.policies.patchTuesday) - now);
    },
  },
  {
    name: "Kubernetes",
    trigger: "kubernetes",
    expects: "image",
    async play(stage) {
      await stage.pass(restBetweenBuilds(stage));
      stage.releaseKubernetes();
      await stage.pass(hour);
    },
  },
  {
    name: "manual",
    trigger: "manual",
    expects: "image",
    async play(stage) {
      await askForRebuilds(stage);
    },
  },
  {
    name: "nothing changed",
    trigger: "all",
    expects: "nothing",
    async play(stage) {
      await stage.pass(restBetweenBuilds(stage));
      await stage.repeatTriggers();
      await askForRebuilds(stage);
    },
  },
  {
    name: "bad image",
    trigger: "base-ami",
    expects: "failure",
    async play(stage) {
      stage.spoilProofs();
      await stage.releaseBaseAmis(stage.stack.configuration.variants);
      await stage.pass(quarter);
    },
  },
];

/** Past the distance that two builds of a variant keep. */
function restBetweenBuilds({ stack }: Stage): number {
  return stack.configuration.policies.minInterval + hour;
}

/** The second time the same keys make it the same requests. */
async function askForRebuilds({ stack, post }: Stage): Promise<void> {
  for (const { name: variant } of stack.configuration.variants)
    await post("/rebuild", { variant, reason: "rehearsal", idempotencyKey: `rehearsal-${variant}` });
}
