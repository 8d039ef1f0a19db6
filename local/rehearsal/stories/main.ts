import { failure, image, nothing, type Story } from "../act.ts";
import { restBetweenBuilds, type Stage } from "../stage.ts";

/** Every trigger leads to an image, no change leads to no build, and a bad image is not published. */
export const main: Story = {
  config: "config.ts",
  acts: [
    {
      name: "first image",
      trigger: "base-ami",
      expects: image,
      reason: /^first image/,
      play: (stage) => stage.passTo("base-ami"),
    },
    {
      name: "base AMI",
      trigger: "base-ami",
      expects: image,
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
      expects: image,
      reason: /^patchTuesday /,
      play: (stage) => stage.passTo("patch-tuesday"),
    },
    {
      name: "Kubernetes",
      trigger: "kubernetes",
      expects: image,
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
      expects: image,
      reason: /^request /,
      play: askForRebuilds,
    },
    {
      name: "nothing changed",
      trigger: "all",
      expects: nothing,
      async play(stage, signal) {
        await stage.pass(restBetweenBuilds(stage));
        await stage.repeatTriggers();
        await askForRebuilds(stage, signal);
      },
    },
    {
      name: "bad image",
      trigger: "base-ami",
      expects: failure,
      reason: /^baseAmi /,
      async play(stage) {
        stage.spoilProofs();
        await stage.releaseBaseAmis(stage.stack.configuration.variants);
        await stage.passTo("base-ami");
      },
    },
  ],
};

/** The idempotency keys are constant: a second call repeats the same requests. */
async function askForRebuilds({ stack, post }: Stage, signal: AbortSignal): Promise<void> {
  for (const { name: variant } of stack.configuration.variants)
    await post("/rebuild", { variant, reason: "rehearsal", idempotencyKey: `rehearsal-${variant}` }, signal);
}
