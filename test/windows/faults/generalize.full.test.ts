import { existsSync, readdirSync } from "node:fs";
import { expect, test } from "vitest";
import type { Machine } from "../../../local/windows/machine.ts";
import { hostPath } from "../../../local/windows/paths.ts";
import type { Refusal } from "../../../local/windows/state.ts";
import { describeWithPowerShell } from "../runs.ts";
import { generalize, sealed } from "./generalizing.ts";

const denied = "Access is denied.";

/** What a build leaves that no machine of the image should have, by its folder. */
const traces: Record<string, string> = {
  "C:\\ProgramData\\Amazon\\SSM\\Logs": "amazon-ssm-agent.log",
  "C:\\Windows\\Minidump": "113026-1.dmp",
  "C:\\Windows\\LiveKernelReports": "WATCHDOG.dmp",
  "C:\\Windows\\Temp": "installer.tmp",
  "C:\\Windows\\SoftwareDistribution\\Download": "0123456789abcdef.cab",
  "C:\\ProgramData\\Microsoft\\Windows\\WER\\ReportArchive": "AppCrash_1.wer",
  "C:\\users\\Administrator\\AppData\\Local\\Temp": "winrmcp-1.tmp",
};
const ssmLog = "C:\\ProgramData\\Amazon\\SSM\\Logs\\amazon-ssm-agent.log";

function leaveTraces(machine: Machine): void {
  for (const [folder, name] of Object.entries(traces)) machine.write(`${folder}\\${name}`, "a trace");
}

function tracesOn({ prefix }: Machine): string[] {
  return Object.entries(traces).flatMap(([folder, name]) =>
    existsSync(hostPath(prefix, `${folder}\\${name}`)) ? [`${folder}\\${name}`] : [],
  );
}

const refuse =
  (...refusals: Refusal[]) =>
  (machine: Machine) =>
    machine.change((state) => {
      state.refusals = refusals;
    });

describeWithPowerShell("a machine that generalizes itself", (bench) => {
  test("leaves nothing of the build, and waits for a sysprep that outlives its launch agent", async () => {
    const { machine, state, failure } = await generalize(bench(), (before) => {
      leaveTraces(before);
      before.change((changed) => {
        changed.processes.sysprep = 3;
      });
    });

    expect(failure).toBeUndefined();
    expect(state).toMatchObject({ ...sealed, processes: { sysprep: 0 }, firewallRules: {}, certificates: {} });
    expect(Object.keys(state.tasks)).not.toContain("\\eks-windows-images-generalize");
    expect(state.services).toMatchObject({ WinRM: { status: "Stopped" }, AmazonSSMAgent: { status: "Stopped" } });
    expect(JSON.stringify(state.wsMan)).not.toContain("HTTPS");
    expect(Object.values(state.eventLogs).map(({ records }) => records)).toEqual(
      Object.keys(state.eventLogs).map(() => 0),
    );
    expect(tracesOn(machine)).toEqual([]);
    expect(existsSync(hostPath(machine.prefix, "C:\\eks-windows-images"))).toBe(false);
    expect(readdirSync(hostPath(machine.prefix, "C:\\ProgramData\\Microsoft\\Crypto\\RSA\\MachineKeys"))).toEqual([]);
  });

  test("is sealed although a file is open, a service does not stop, no event log is listed, no rule is there", async () => {
    const { machine, state, failure } = await generalize(bench(), (before) => {
      leaveTraces(before);
      before.change((changed) => {
        changed.heldFiles = [ssmLog];
        changed.firewallRules = {};
        changed.refusals = [
          { command: "Stop-Service", target: "AmazonSSMAgent", message: denied },
          { command: "wevtutil.exe enum-logs", message: denied, exitCode: 5 },
        ];
      });
    });

    expect(failure).toBeUndefined();
    expect(state).toMatchObject({ ...sealed, services: { AmazonSSMAgent: { status: "Running" } } });
    expect(tracesOn(machine)).toEqual([ssmLog]);
    expect(state.eventLogs.System?.records).toBeGreaterThan(0);
  });

  test("is sealed although one event log cannot be cleared", async () => {
    const { state, failure } = await generalize(
      bench(),
      refuse({ command: "wevtutil.exe clear-log System", message: denied, exitCode: 5 }),
    );

    expect(failure).toBeUndefined();
    expect(state).toMatchObject(sealed);
    expect(state.eventLogs.System?.records).toBeGreaterThan(0);
    expect(state.eventLogs.Security?.records).toBe(0);
  });

  test.each([
    {
      what: "the firewall rule of WinRM stays",
      change: refuse({ command: "Remove-NetFirewallRule", message: denied }),
      cause: denied,
    },
    {
      what: "its own task stays",
      change: refuse({ command: "Unregister-ScheduledTask", message: denied }),
      cause: denied,
    },
    {
      what: "the module cannot be loaded, even if COM1 is busy at first",
      change: (machine: Machine) => {
        machine.write("C:\\eks-windows-images\\modules\\EksWindowsImages\\EksWindowsImages.psd1", "@{ \u00e4");
        refuse({ command: "SerialPort.Open", message: denied, times: 2 })(machine);
      },
      cause: "EksWindowsImages.psd1",
    },
    {
      what: "a file of the work directory stays open",
      change: (machine: Machine) => {
        machine.write("C:\\eks-windows-images\\open.log", "");
        machine.change((state) => {
          state.heldFiles = ["C:\\eks-windows-images\\open.log"];
        });
      },
      cause: "open.log",
    },
    {
      what: "Windows refuses to stop",
      change: refuse({ command: "shutdown.exe", message: "A system shutdown is in progress.(1115)", exitCode: 91 }),
      cause: "shutdown.exe exited with 91: A system shutdown is in progress.(1115)",
    },
  ])("reports and keeps running if $what", async ({ change, cause }) => {
    const { state, failure } = await generalize(bench(), change);

    expect(failure).toEqual({ class: "sysprep", step: "90-sysprep", cause: expect.stringContaining(cause) });
    expect(failure?.cause).toMatch(/^[\x20-\x7e]{1,400}$/);
    expect(state.power).toBeUndefined();
  });
});
