import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DescribeInstancesCommand, EC2Client } from "@aws-sdk/client-ec2";
import { type Emulator, startEmulator } from "../../../local/aws/emulator.ts";
import { createClock } from "../../../local/clock/clock.ts";
import { installTools } from "../../../local/tools/install.ts";
import { type Machines, startMachines } from "../../../local/winrm/machines.ts";
import type { Transcript } from "../../../local/winrm/transcript.ts";
import { fixtureWindows } from "./fixture-windows.ts";

/** A build that neither prints nor does anything on its machine for so long is stuck, and Packer is stopped. */
const maxStillMs = 10 * 60_000;
const fixture = fileURLToPath(new URL("fixture", import.meta.url));

/** One build of the fixture's template by real Packer. */
export type Build = {
  exitCode: number | null;
  output: string;
  transcript: Transcript;
  /** The AWS operations that this build's Packer called, in order. */
  calls: string[];
  /** Reads a file from Packer's output directory. */
  read: (name: string) => string;
  /** The image that the build's manifest names. */
  image: () => string;
};

/** What a running build has shown so far. */
export type Progress = { output: string; transcript: Transcript | undefined };

export type Order = {
  /** Identifies the build: its machine, image and AWS calls carry this name. */
  purpose: string;
  variables?: Record<string, string>;
  /** Sends Packer SIGTERM once this is true. */
  terminateWhen?: (progress: Progress) => boolean;
};

export type Workshop = {
  emulator: Emulator;
  machines: Machines;
  ec2: EC2Client;
  sourceImage: string;
  build: (order: Order) => Promise<Build>;
  stop: () => Promise<void>;
};

/**
 * Starts the emulator and the machines for any number of concurrent builds. The machine of the purpose `locked` has
 * another password than the emulator returns.
 */
export async function openWorkshop(): Promise<Workshop> {
  const tools = await installTools(() => {});
  const dir = mkdtempSync(join(tmpdir(), "windows-"));
  const emulator = await startEmulator({ tools, dir, clock: createClock(join(dir, "clock")) });
  const { url: endpoint, region, credentials } = emulator;
  const ec2 = new EC2Client({ endpoint, region, credentials });
  const sourceImage = await emulator.addPublicImage({ name: "Windows_Server-2022-English-Core-EKS_Optimized-1.35" });
  const machines = await startMachines({
    emulator,
    password,
    packerDir: fixture,
    log: () => {},
    windows: fixtureWindows,
  });

  async function password(instanceId: string): Promise<string> {
    const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [instanceId] }));
    const locked = Reservations[0]?.Instances?.[0]?.Tags?.some(({ Value }) => Value === "locked");
    return locked ? "another password" : emulator.password(instanceId);
  }

  async function build({ purpose, variables = {}, terminateWhen = () => false }: Order): Promise<Build> {
    const outputDir = join(dir, purpose);
    mkdirSync(outputDir);
    const { subnetId } = emulator.network;
    const given = {
      purpose,
      region,
      source_ami: sourceImage,
      subnet_id: subnetId,
      output_dir: outputDir,
      ...variables,
    };
    const vars = Object.entries(given).flatMap(([name, value]) => ["-var", `${name}=${value}`]);
    const child = spawn(tools.packer, ["build", "-color=false", ...vars, fixture], {
      env: {
        ...process.env,
        ...emulator.environment,
        AWS_ACCESS_KEY_ID: `PACKER-${purpose}`,
        PACKER_PLUGIN_PATH: tools.pluginPath,
        CHECKPOINT_DISABLE: "1",
      },
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    }
    const transcriptSoFar = () => machines.transcripts().find(({ tags }) => tags.purpose === purpose);
    let last = { sign: "", at: performance.now() };
    const watching = setInterval(() => {
      const progress = { output, transcript: transcriptSoFar() };
      const sign = `${output.length} ${progress.transcript?.entries.length}`;
      if (sign !== last.sign) last = { sign, at: performance.now() };
      const isStuck = performance.now() - last.at > maxStillMs;
      if (!child.killed && (isStuck || terminateWhen(progress))) child.kill("SIGTERM");
    }, 100);
    const exitCode = await new Promise<number | null>((resolve, reject) =>
      child.once("error", reject).once("close", resolve),
    ).finally(() => clearInterval(watching));
    const transcript = transcriptSoFar();
    if (!transcript) throw new Error(`building for ${purpose}: no machine appeared\n${output}`);
    const calls = (await emulator.calls()).filter(({ accessKeyId }) => accessKeyId === `PACKER-${purpose}`);
    const read = (name: string) => readFileSync(join(outputDir, name), "utf8");
    return {
      exitCode,
      output,
      transcript,
      calls: calls.map(({ operation }) => operation),
      read,
      image: () => JSON.parse(read("manifest.json")).builds[0].artifact_id.split(":")[1],
    };
  }

  async function stop(): Promise<void> {
    await machines.stop();
    await emulator.stop();
    rmSync(dir, { recursive: true, force: true });
  }

  return { emulator, machines, ec2, sourceImage, build, stop };
}
