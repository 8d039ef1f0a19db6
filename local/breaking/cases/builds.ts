import { EC2Client, TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import { variableOf } from "../../codebuild/build.ts";
import { until } from "../../rehearsal/until.ts";
import type { Case, Scene } from "../case.ts";
import { breakingBuilds, runningBuild, stepLine } from "../moments.ts";
import { signalPacker } from "../processes.ts";
import { buildSteps } from "../steps.ts";

/** Builds that end before their time, at a moment left to chance. */
export const buildCases: Case[] = [
  breakingBuilds("packer-term", "Packer gets TERM", async (scene) => killPacker(scene, "SIGTERM")),
  breakingBuilds("packer-kill", "Packer gets KILL", async (scene) => killPacker(scene, "SIGKILL")),
  {
    name: "packer-every-step",
    what: "Packer gets TERM or KILL at every script, each in a build of its own",
    config: "every-step.config.ts",
    play: killPackerAtEveryStep,
  },
  breakingBuilds("agent-killed", "CodeBuild kills the build as it does at its time limit", async (scene) =>
    scene.stack.codebuild.kill(runningBuild(scene), "TIMED_OUT"),
  ),
  breakingBuilds("agent-lost", "CodeBuild loses the machine that builds", async (scene) =>
    scene.stack.codebuild.kill(runningBuild(scene), "FAULT"),
  ),
  breakingBuilds("machine-gone", "EC2 terminates the Windows machine", terminateMachines),
];

function killPacker(scene: Scene, signal: "SIGTERM" | "SIGKILL"): void {
  signalPacker(scene.stack.codebuild.directory(runningBuild(scene)), signal);
}

async function terminateMachines({ stack }: Scene): Promise<void> {
  const { url: endpoint, region, credentials } = stack.emulator;
  const InstanceIds = stack.machines.transcripts().map(({ instanceId }) => instanceId);
  const ec2 = new EC2Client({ endpoint, region, credentials });
  if (InstanceIds.length > 0) await ec2.send(new TerminateInstancesCommand({ InstanceIds }));
  ec2.destroy();
}

async function killPackerAtEveryStep({ stage, stack, dice, signal }: Scene): Promise<string> {
  const { variants } = stack.configuration;
  if (variants.length < buildSteps.length)
    throw new Error(
      `every-step.config.ts has ${variants.length} variants, but a build has ${buildSteps.length} scripts`,
    );
  const left = new Map(variants.map(({ name }, index) => [name, buildSteps[index % buildSteps.length]]));
  const failures: Error[] = [];

  function kill(line: string): void {
    const [, number, step = ""] = stepLine.exec(line) ?? [];
    const build = stack.codebuild.builds().find(({ buildNumber }) => String(buildNumber) === number);
    const variant = (build && variableOf(build, "VARIANT")) ?? "";
    if (!build || left.get(variant) !== step) return;
    left.delete(variant);
    try {
      signalPacker(stack.codebuild.directory(build), dice.choose(step, ["SIGTERM", "SIGKILL"] as const));
    } catch (error) {
      failures.push(error as Error);
    }
  }

  stack.events.on("change", kill);
  try {
    await stage.passTo("base-ami");
    await until(stack, "Packer was killed at every script", () => left.size === 0, signal);
  } finally {
    stack.events.off("change", kill);
  }
  if (failures.length > 0) throw new AggregateError(failures, "killing Packer");
  return `Packer got TERM or KILL at each of ${buildSteps.length} scripts, each in a build of its own`;
}
