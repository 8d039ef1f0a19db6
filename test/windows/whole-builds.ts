import { expect, test } from "vitest";
import { observe } from "../../local/recordings/observed.ts";
import type { Base } from "../../local/windows/bases.ts";
import { type BuildOrder, buildImage, harvestImage, proveImage } from "../../local/windows/builds.ts";
import { orderOfBuild, scriptOf } from "../../local/windows/packer-order.ts";
import type { Run, StepRun } from "../../local/windows/run-order.ts";
import type { Workbench } from "../../local/windows/workbench.ts";
import { expectRecorded } from "../local/recordings/expect-recorded.ts";
import { describeWithPowerShell, packerDirectory } from "./runs.ts";

/**
 * One of six builds, which stand in two files, so that they run side by side. They are chosen so that each two of
 * recipe, Windows release, edition, containerd's major version and launch agent meet once.
 * `from`: the image that is harvested for an assembled build. `isReplayed`: rehearsals replay what its scripts do.
 */
export type WholeBuild = { what: string; base: Base; from?: Base; isReplayed?: true };

const kubernetes = "1.35.8";

const options = { packerDir: packerDirectory };

export function testWholeBuilds(builds: WholeBuild[]): void {
  describeWithPowerShell("a whole build", (bench) => {
    test.each(builds)("$what ends in an image that its proof finds good", async ({ base, from, isReplayed }) => {
      const { requests } = bench().surroundings;
      const harvesting = observe(requests);
      const order = await orderOf(bench(), base, from, harvesting.after);
      const building = observe(requests);
      const built = await buildImage(bench(), order, { ...options, after: building.after });

      const scripts = orderOfBuild(order.recipe, base.edition).actions.flatMap((action) => scriptOf(action) ?? []);

      expect(scriptsOf(built.steps), lastOutput(built.steps)).toEqual([...scripts, "generalize"]);
      expect(built.machine.state()).toMatchObject({
        power: "off",
        generalized: true,
        imageState: "IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE",
      });

      const proving = observe(requests, building.scripts().at(-1));
      const proved = await proveImage(bench(), built.machine, order, { ...options, after: proving.after });
      const proof = JSON.parse(proved.machine.read("C:\\eks-windows-images-proof\\output\\proof.json").toString());
      expect(proof.checks.filter((check: Check) => !check.passed || check.warning)).toEqual([]);
      expect(proof.result).toBe("passed");
      if (isReplayed) {
        await expectRecorded(order.recipe, building.scripts(), base.windows);
        if (from) await expectRecorded("harvest", harvesting.scripts(), base.windows);
        else await expectRecorded("proof", proving.scripts(), base.windows);
      }
      await built.machine.remove();
      await proved.machine.remove();
    });
  });
}

type Check = { passed: boolean; warning?: string };

async function orderOf(bench: Workbench, base: Base, from: Base | undefined, after: Run["after"]): Promise<BuildOrder> {
  const tag = base.windows === "2019" ? "1809" : `ltsc${base.windows}`;
  const order = { base, kubernetes, containerImages: [`mcr.microsoft.com/windows/nanoserver:${tag}`] };
  if (!from) return { ...order, recipe: "layer" };
  const harvest = await harvestImage(bench, from, { ...options, after });
  expect(
    harvest.steps.map(({ exitCode }) => exitCode),
    lastOutput(harvest.steps),
  ).toEqual([0]);
  return { ...order, recipe: "assemble", harvest };
}

function scriptsOf(steps: StepRun[]): string[] {
  return steps.map(({ script }) => script);
}

/** What a build that ends early says of it. */
function lastOutput(steps: StepRun[]): string {
  const { script, exitCode, stdout, stderr } = steps.at(-1) as StepRun;
  return `${script} ended with ${exitCode}:\n${stdout}${stderr}`;
}
