import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { EC2Client } from "@aws-sdk/client-ec2";
import { type Emulator, type RecordedCall, startEmulator } from "../../local/aws/emulator.ts";
import { createClock } from "../../local/clock/clock.ts";
import { installTools } from "../../local/tools/install.ts";
import { type Machines, startMachines } from "../../local/windows/machines.ts";
import type { Transcript } from "../../local/windows/transcript.ts";
import { packerDirectory } from "./powershell.ts";

const runPacker = fileURLToPath(new URL("../../buildspec/run-packer.mjs", import.meta.url));

/** One run of the real Packer with a template of the recipe, as the buildspec runs it. */
export type Run = {
  exitCode: number | null;
  output: string;
  transcript: Transcript;
  /** What this run's Packer called at AWS, in order. */
  calls: RecordedCall[];
  /** Of the user Packer is and of the machine it makes. */
  secrets: string[];
  /** What Packer left in its output directory. */
  read: (name: string) => string;
};

export type Order = {
  /** `packer/` or `packer/proof/`. */
  template: "" | "proof";
  /** The run's instance has it as its `Name`. */
  name: string;
  /** On top of where to run. */
  variables: object;
};

export type Workshop = {
  ec2: EC2Client;
  sourceImage: string;
  machines: Machines;
  /** Any number of runs side by side, told apart by the `Name` that their instances have. */
  run: (order: Order) => Promise<Run>;
  stop: () => Promise<void>;
};

/** The emulator, its machines and Packer, as in a rehearsal. */
export async function openWorkshop(): Promise<Workshop> {
  const tools = await installTools(() => {});
  const dir = mkdtempSync(join(tmpdir(), "packer-"));
  const emulator = await startEmulator({ tools, dir, clock: createClock(join(dir, "clock")) });
  const { url: endpoint, region, credentials, password } = emulator;
  const ec2 = new EC2Client({ endpoint, region, credentials });
  const sourceImage = await emulator.addPublicImage({
    name: "Windows_Server-2022-English-Core-EKS_Optimized-1.35-2026.10.09",
  });
  const machines = await startMachines({ emulator, password, packerDir: packerDirectory, log: () => {} });

  async function run({ template, name, variables }: Order): Promise<Run> {
    const identity = identityOf(name);
    const outputDir = mkdtempSync(join(dir, "run-"));
    const file = join(outputDir, "variables.json");
    writeFileSync(file, JSON.stringify({ ...deployment(emulator), ...variables, output_dir: outputDir }));
    const { exitCode, output } = await execute(tools, emulator, identity, [
      runPacker,
      join(outputDir, "packer.log"),
      tools.packer,
      "build",
      `-var-file=${file}`,
      "-var",
      `manifest_path=${join(outputDir, "manifest.json")}`,
      join(packerDirectory, template),
    ]);
    const transcript = machines.transcripts().find(({ tags }) => tags.Name === name);
    if (!transcript) throw new Error(`running Packer: no machine appeared\n${output}`);
    const calls = await emulator.calls();
    return {
      exitCode,
      output,
      transcript,
      calls: calls.filter(({ accessKeyId }) => accessKeyId === identity.AWS_ACCESS_KEY_ID),
      secrets: [...Object.values(identity), await password(transcript.instanceId)],
      read: (name) => readFileSync(join(outputDir, name), "utf8"),
    };
  }

  async function stop(): Promise<void> {
    await machines.stop();
    await emulator.stop();
    rmSync(dir, { recursive: true, force: true });
  }

  return { ec2, sourceImage, machines, run, stop };
}

function identityOf(name: string) {
  return {
    AWS_ACCESS_KEY_ID: `PACKER-${createHash("sha256").update(name).digest("hex").slice(0, 16)}`,
    AWS_SECRET_ACCESS_KEY: `the secret key of ${name}`,
    AWS_SESSION_TOKEN: `the session token of ${name}`,
  };
}

function deployment({ region, network }: Emulator): object {
  return {
    region,
    instance_type: "m7i.xlarge",
    subnet_id: network.subnetId,
    security_group_ids: [],
    ssh_interface: "private_ip",
    associate_public_ip_address: false,
    iam_instance_profile: "",
    temporary_security_group_source_cidrs: ["203.0.113.7/32"],
    aws_poll_delay_seconds: 1,
  };
}

async function execute(
  tools: { pluginPath: string },
  emulator: Emulator,
  identity: Record<string, string>,
  commandLine: string[],
): Promise<{ exitCode: number | null; output: string }> {
  const child = spawn(process.execPath, commandLine, {
    env: {
      ...process.env,
      ...emulator.environment,
      ...identity,
      PACKER_PLUGIN_PATH: tools.pluginPath,
      PACKER_NO_COLOR: "1",
      CHECKPOINT_DISABLE: "1",
      TIMEOUT_GRACE_SECONDS: "1",
    },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  const exitCode = await new Promise<number | null>((resolve, reject) =>
    child.once("error", reject).once("close", resolve),
  );
  return { exitCode, output };
}
