import { expect, test } from "vitest";
import type { Machine } from "../../../local/windows/machine.ts";
import { runStep } from "../../../local/windows/run-order.ts";
import { runBefore } from "../../../local/windows/snapshots.ts";
import { describeWithPowerShell, packerDirectory } from "../runs.ts";
import { assembly, harvestFor } from "./faults.ts";

const hns = "HKLM:\\SYSTEM\\CurrentControlSet\\Services\\hns\\State";
const eventLog = "HKLM:\\SYSTEM\\CurrentControlSet\\Services\\EventLog\\EKS";
const variable = "AWS_VPC_CNI_K8S_CONNECTOR_BINARY_PATH";
const connector = "C:\\Program Files\\Amazon\\EKS\\bin\\aws-vpc-cni-k8s-connector.exe";
const feature = "Hyper-V-PowerShell";

describeWithPowerShell("settings of a node", (bench) => {
  test("an assembled machine has every setting of the harvested image", async () => {
    const run = await runBefore(bench(), assembly(await harvestFor(bench())), "34-eks-tools", packerDirectory);
    const { url: HARVEST_URL, manifest: HARVEST_MANIFEST } = await harvestFor(bench(), setByAws);
    const { machine } = run;
    machine.change((state) => {
      state.services.Spooler = spooler("Auto");
      state.features[feature] = "Available";
    });

    const settings = { ...run.settings, HARVEST_URL, HARVEST_MANIFEST };
    for (const script of ["31-harvested-files", "34-eks-tools"]) {
      const { exitCode, stdout, stderr } = await runStep({ ...run, settings }, script);
      expect(exitCode, stdout + stderr).toBe(0);
    }

    const state = machine.state();
    expect(state.tcp).toEqual({ dynamicPortStart: 16385, dynamicPorts: 49151 });
    expect(state.defender).toMatchObject(exclusions);
    expect(state.services.Spooler?.startMode).toBe("Disabled");
    expect(state.features[feature]).toBe("InstallPending");
    expect(await lookAt(machine)).toEqual({ variable: connector, hns: [1, "DWord"], maxSize: 209_715_200 });
    await machine.remove();
  });
});

const exclusions = {
  exclusionPaths: ["C:\\Program Files\\Amazon\\EKS", "C:\\ProgramData\\containerd"],
  exclusionProcesses: ["containerd.exe"],
  exclusionExtensions: ["vhdx"],
};

function spooler(startMode: "Auto" | "Disabled") {
  return {
    displayName: "Print Spooler",
    binaryPath: "C:\\Windows\\System32\\spoolsv.exe",
    startMode,
    status: "Stopped" as const,
  };
}

/** Gives AWS's image settings that plain Windows lacks. The event log of EKS has 200 MB there anyway. */
async function setByAws(machine: Machine): Promise<void> {
  const { exitCode, stderr } = await runIn(
    machine,
    `[Environment]::SetEnvironmentVariable('${variable}', '${connector}', 'Machine')
New-Item -Path '${hns}' -Force | Out-Null
Set-ItemProperty -Path '${hns}' -Name 'HNSControlFlag' -Value 1 -Type DWord`,
  );
  expect(exitCode, stderr).toBe(0);
  await machine.switchOff();
  machine.change((state) => {
    state.tcp = { dynamicPortStart: 16385, dynamicPorts: 49151 };
    state.defender = exclusions;
    state.services.Spooler = spooler("Disabled");
    state.features[feature] = "Installed";
  });
}

async function lookAt(machine: Machine): Promise<unknown> {
  const { stdout } = await runIn(
    machine,
    `$hns = Get-Item -Path '${hns}'
@{
  variable = [Environment]::GetEnvironmentVariable('${variable}', 'Machine')
  hns      = @($hns.GetValue('HNSControlFlag'), "$($hns.GetValueKind('HNSControlFlag'))")
  maxSize  = (Get-ItemProperty -Path '${eventLog}').MaxSize
} | ConvertTo-Json -Compress`,
  );
  return JSON.parse(stdout);
}

function runIn(machine: Machine, script: string) {
  const text = `$ErrorActionPreference = 'Stop'\n${script}\nexit 0`;
  const parameters = ["-NoProfile", "-EncodedCommand", Buffer.from(text, "utf16le").toString("base64")];
  return machine.powershell({ parameters, user: "SYSTEM" });
}
