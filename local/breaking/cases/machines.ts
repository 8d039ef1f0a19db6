import { join } from "node:path";
import { stepFailing } from "../../recordings/failures.ts";
import type { Rule } from "../../winrm/rules.ts";
import type { Case, Scene } from "../case.ts";
import { mountSmallDisk, whatMountingNeeds } from "../disk.ts";
import { buildMoments, endFirstBuild, failFirstBuild } from "../moments.ts";
import { buildSteps } from "../steps.ts";

/** Machines of a build that do not do what they should: those with Windows, and the one that builds. */
export const machineCases: Case[] = [
  // Packer may connect once more and run the script again.
  breakingGuests("winrm-drops", "WinRM breaks off", { dropConnection: true }, buildSteps, endFirstBuild),
  breakingGuests("winrm-garbage", "WinRM answers garbage", { garbage: true }),
  {
    ...breakingGuests("winrm-hangs", "WinRM hangs until Packer's time limit", { hang: true }, ["20-windows-updates"]),
    buildEnvironment: { PKR_VAR_updates_timeout: "60s", TIMEOUT_GRACE_SECONDS: "1" },
  },
  {
    ...breakingGuests("restart-hangs", "Windows does not come up again", { hang: true }, ["restart"]),
    buildEnvironment: { PKR_VAR_restart_timeout: "60s" },
  },
  breakingGuests(
    "disk-full",
    "the disk of the Windows machine is full",
    stepFailing("50-container-images", "provision", "There is not enough space on the disk."),
    ["50-container-images"],
  ),
  {
    name: "build-disk-full",
    what: "the disk of the machine that builds is full",
    needs: whatMountingNeeds,
    play: fillDisk,
  },
];

/**
 * A case whose machine behaves like this once, in a script left to chance.
 * @param awaitBuild starts the first build and waits for its end
 */
function breakingGuests(
  name: string,
  what: string,
  ending: Omit<Rule, "step" | "when">,
  steps = buildSteps,
  awaitBuild: (scene: Scene) => Promise<unknown> = failFirstBuild,
): Case {
  return {
    name,
    what,
    async play(scene) {
      const step = scene.dice.choose("step", steps);
      let isMet = false;
      const when = () => {
        isMet = true;
        return true;
      };
      scene.stack.machines.behave({ step, times: 1, when, ...ending });
      await awaitBuild(scene);
      if (!isMet) throw new Error(`breaking the first build: it never came to ${step}`);
      return `${what} at ${step}`;
    },
  };
}

/** The first build writes on a small disk of its own, which is filled at a moment left to chance. */
async function fillDisk(scene: Scene): Promise<string> {
  const { stage, stack, dice } = scene;
  let fill = () => {};
  const forget = stack.codebuild.onChange((build) => {
    forget();
    const disk = mountSmallDisk(join(stack.codebuild.directory(build), "tmp"));
    scene.atEnd(disk.unmount);
    fill = disk.fill;
  });
  const moment = dice.choose("moment", buildMoments);
  await moment.within(
    scene,
    () => stage.passTo("base-ami"),
    async () => fill(),
  );
  return `the disk of the machine that builds was full ${moment.name}`;
}
