import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { findProgram, runCommand } from "../../local/tools/programs.ts";
import { forWindows } from "../../local/windows/programs.ts";
import { type Run, runStep, type StepRun } from "../../local/windows/run-order.ts";
import { runBefore } from "../../local/windows/snapshots.ts";
import type { Workbench } from "../../local/windows/workbench.ts";
import { inWorkDirectory } from "../windows/faults/changes.ts";
import { layer } from "../windows/faults/faults.ts";
import { describeWithPowerShell, packerDirectory } from "../windows/runs.ts";
import { read } from "./files.ts";

const key = "planted-Qm4tZ7wKd2-key";
const url = "https://downloads.example.com/agent/7.4.1/agent-setup.exe";
type Leaving = "nothing" | "utf8" | "utf16";

describeWithPowerShell("install-agent.ps1 as a custom step", (bench) => {
  let program: Buffer;

  beforeAll(async () => {
    const file = join(bench().newPath("agent"), "agent.exe");
    const parameters = ["build", "-ldflags", "-s -w", "-o", file, join(import.meta.dirname, "agent/main.go")];
    await runCommand("go build", findProgram("go") ?? "go", parameters, { env: forWindows() });
    program = readFileSync(file);
  });

  const programWith = (leaves: Leaving) =>
    Buffer.concat([program, Buffer.from(`\n${JSON.stringify({ Key: key, Leaves: leaves })}`)]);

  async function install(leaves: Leaving): Promise<{ step: StepRun; run: Run }> {
    const setup = programWith(leaves);
    offer(bench(), setup);
    const run = await runBefore(bench(), layer, "60-custom", packerDirectory);
    const checksum = createHash("sha256").update(setup).digest("hex");
    run.machine.write(
      inWorkDirectory("custom\\install-agent.ps1"),
      read("install-agent.ps1").replace(/'0{64}'/, `'${checksum}'`),
    );
    run.machine.write("C:\\Program Files\\Amazon\\AWSCLIV2\\aws.exe", setup);
    const step = await runStep(run, "60-custom");
    await run.machine.switchOff();
    expect(`${step.stdout}${step.stderr}`).not.toContain(key);
    return { step, run };
  }

  test("installs the agent, and its key is neither in the log nor in a report", async () => {
    const { step, run } = await install("nothing");

    expect(step.exitCode, step.stdout + step.stderr).toBe(0);
    expect(step.stdout).toContain("Installed the agent.");
    expect(run.machine.read("C:\\Program Files\\Agent\\agent.exe").toString()).toBe("an agent");
    expect(run.machine.read(inWorkDirectory("output\\custom.json")).toString()).not.toContain(key);
  });

  test.each<Leaving>(["utf8", "utf16"])("fails if the setup leaves the key on the disk in %s", async (leaves) => {
    const { step } = await install(leaves);

    expect(step.exitCode).toBe(1);
    expect(step.stdout + step.stderr).toContain("The setup left its key in C:\\Program Files\\Agent\\agent.conf.");
  });
});

/** Lets the machines' network answer for the agent's address. */
function offer({ publications }: Workbench, setup: Buffer): void {
  const others = publications.read;
  publications.hosts.add(new URL(url).host);
  publications.read = async (asked) => (asked === url ? setup : others(asked));
}
