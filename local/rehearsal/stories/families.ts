import type { Variant } from "../../../functions/config/variant.ts";
import { type Act, image, nothing, type Story } from "../act.ts";
import { restBetweenBuilds } from "../stage.ts";

/**
 * One variant of each base family. A new release of a family rebuilds that family's images; a new EKS image rebuilds
 * the images of all families, because it brings a new harvest.
 */
export const families: Story = {
  config: "local/rehearsal/stories/families.config.ts",
  acts: [
    {
      name: "first images",
      trigger: "base-ami",
      expects: image,
      harvests: 1,
      reason: /^first image/,
      play: (stage) => stage.passTo("base-ami"),
    },
    newBase("ContainersLatest AMI", "ContainersLatest"),
    newBase("Base AMI", "Base"),
    {
      ...newBase("EKS image", "EKS_Optimized"),
      expects: image,
      harvests: 1,
      reason: /^(baseAmi|harvest) /,
      answers: [200],
    },
  ],
};

function newBase(name: string, family: Variant["base"]): Act {
  return {
    name,
    trigger: "base-ami",
    expects: ({ base }) => (base === family ? image : nothing),
    harvests: 0,
    reason: /^baseAmi /,
    async play(stage, signal) {
      await stage.pass(restBetweenBuilds(stage));
      await stage.get("/", signal);
      await stage.releaseBaseAmis(stage.stack.configuration.variants.filter(({ base }) => base === family));
      await stage.passTo("base-ami");
    },
  };
}
