import { rmSync, utimesSync } from "node:fs";
import { expect, test } from "vitest";
import { type Action, recordedOrder, scriptOf } from "../../../local/windows/packer-order.ts";
import { hostPath } from "../../../local/windows/paths.ts";
import { runScript, type StepRun } from "../../../local/windows/run-order.ts";
import { describeWithPowerShell, failureOf } from "../runs.ts";
import { layer } from "./faults.ts";
import { changeReport, changeState, prove, running, warningsOf, withoutShell } from "./proving.ts";

const nodeChecks = [
  "node-services",
  "no-hns-networks",
  "vpc-bridge",
  "credential-provider",
  "authenticator",
  "kubelet-configuration",
];
const image = layer.containerImages?.[0] ?? "";
const pause = "amazonaws.com/eks/pause-windows:latest";
const launchError = expect.stringMatching(/Error: Error running task setWallpaper: access is denied$/);
const failed = (names: string[]) => `EKSWIN-PROOF failed ${names.join(" ")}`;

describeWithPowerShell("a proof", (bench) => {
  test("passes although EC2Launch ended as badly as on the base", async () => {
    let withoutSetting: StepRun | undefined;
    const began = Date.now();
    const proof = await prove(bench(), {
      prepare: (machine) => {
        changeState(machine, { launch: { ends: 1 } });
        changeReport(machine, (report) => Object.assign(report, { launchAgent: { status: 1 } }));
      },
      before: async (_script, run) => {
        const checks = recordedOrder("proof").actions.find((each) => scriptOf(each) === "10-checks");
        withoutSetting = await runScript(
          { ...run, settings: { ...run.settings, HOLDS_ON_AWS: "" } },
          checks as Extract<Action, { script: string }>,
        );
      },
    });

    expect(proof.failed).toEqual({});
    expect(warningsOf(proof)).toEqual({});
    expect(proof).toMatchObject({ exitCode: 0, line: "EKSWIN-PROOF passed", result: "passed" });
    expect(proof.start).toEqual({
      setUpAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$/),
      winrmAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$/),
      containerdSeconds: expect.any(Number),
      containerSeconds: expect.any(Number),
      bytesRead: 3 * 1024 ** 3,
      // The machine's page file takes 1 GiB.
      diskUsedBytes: 49 * 1024 ** 3,
      warnings: [],
    });
    const now = Date.now();
    expect(Date.parse(proof.start.winrmAt ?? "")).toBeGreaterThan(began);
    expect(Date.parse(proof.start.setUpAt ?? "")).toBeGreaterThan(Date.parse(proof.start.winrmAt ?? ""));
    expect(Date.parse(proof.start.setUpAt ?? "")).toBeLessThan(now - 1000 * (proof.start.containerSeconds ?? 0));
    expect(proof.checks).toContainEqual({
      name: "launch-agent-finished",
      passed: true,
      detail: expect.stringMatching(/^status 1, on the base 1\. .+setWallpaper: access is denied$/),
    });
    expect(proof.userData?.exitCode).toBe(0);
    expect(withoutSetting && failureOf(withoutSetting)).toEqual({
      class: "proof",
      step: "10-checks",
      cause: "The environment variable HOLDS_ON_AWS is missing.",
    });
  });

  test("fails for an image that is not what its report says, and warns of what it lacks as a node", async () => {
    const kubernetes = "C:\\Program Files\\kubernetes";
    const proof = await prove(bench(), {
      prepare: (machine) => {
        machine.write(`${kubernetes}\\kubelet.exe`, bench().programs.content({ name: "kubelet", version: "1.34.9" }));
        rmSync(hostPath(machine.prefix, `${kubernetes}\\kube-proxy.exe`));
        machine.write("C:\\Windows\\Temp\\packer-1.ps1", "");
        machine.write("C:\\Windows\\MEMORY.DMP", "");
        // Two files that are written one after the other can have the same time.
        utimesSync(hostPath(machine.prefix, "C:\\Windows\\MEMORY.DMP"), 0, 0);
        changeReport(machine, (report) => Object.assign(report, { osBuild: "20348.1" }));
        machine.change((state) => {
          delete state.tasks["\\EKS Windows startup task"];
          state.disk.freeGiB = 6;
          state.launch = { ends: 1 };
          state.eventLogs.System = { maxBytes: 1, sources: [], records: 1, since: "2026-01-02T03:04:05" };
          state.firewallRules["eks-windows-images-winrm-old"] = {
            displayName: "",
            direction: "Inbound",
            protocol: "TCP",
            localPort: "5986",
            action: "Allow",
            enabled: "True",
          };
          state.hnsNetworks = [{ name: "cbr0", type: "l2bridge", id: "1" }];
          if (state.services.vmcompute) state.services.vmcompute.falters = true;
          state.refusals = [
            { command: "ctr.exe --namespace k8s.io tasks list", message: "", exitCode: 0 },
            { command: "vpc-bridge.exe", message: "I am no plugin", exitCode: 0 },
            { command: "ecr-credential-provider.exe", message: "unknown version", exitCode: 1 },
            { command: "aws-iam-authenticator.exe", message: "no version", exitCode: 0 },
            {
              command: "kubelet.exe --config",
              message: 'E1130 00:00:00.000000 1 run.go:72] "command failed" err="unknown field"',
            },
          ];
        });
      },
      before:
        running(`Set-ItemProperty -Path 'HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Setup\\State' -Name ImageState -Value IMAGE_STATE_UNDEPLOYABLE
ctr images label '${pause}' 'io.cri-containerd.pinned='
${withoutShell}`),
      containerImages: [],
    });

    const details: Record<string, unknown> = {
      "windows-set-up": "Windows is in state IMAGE_STATE_UNDEPLOYABLE.",
      "launch-agent-finished": launchError,
      "os-build": "Windows build 20348.4405 is not the 20348.1 of the report.",
      kubelet: "kubelet is 1.34.9, wanted is 1.35.8.",
      "kube-proxy": `There is no program ${kubernetes}\\kube-proxy.exe.`,
      "files-as-reported": `Not as reported: ${kubernetes}\\kube-proxy.exe, ${kubernetes}\\kubelet.exe.`,
      "eks-as-in-base": "Not as in its base: there is no scheduled task EKS Windows startup task.",
      "sandbox-image": `${pause} is not pinned.`,
      "container-starts": `A container of ${pause} does not run: .`,
      disk: "Only 5 % of the disk is free.",
      "nothing-left-over":
        "The build left firewallRules: eks-windows-images-winrm-old; temporaryFiles: C:\\windows\\Temp\\packer-1.ps1; " +
        "events in System since 2026-01-02T03:04:05; C:\\windows\\MEMORY.DMP.",
    };
    expect(proof.failed).toEqual(details);
    expect(proof.failed["launch-agent-finished"]).toMatch(/^EC2Launch ended with status 1, on the base with 0\. /);
    expect(proof).toMatchObject({ exitCode: 0, line: failed(Object.keys(details)), result: "failed" });
    const warnings: Record<string, unknown> = {
      "node-services": "These do not run: vmcompute.",
      "no-hns-networks": "The image has networks of HNS: cbr0.",
      "vpc-bridge": expect.stringMatching(/vpc-bridge\.exe does not say which versions it supports: I am no plugin$/),
      "credential-provider": expect.stringMatching(/does not understand kubelet's request: unknown version$/),
      authenticator: expect.stringMatching(/aws-iam-authenticator\.exe states no version: no version$/),
      "kubelet-configuration": expect.stringMatching(
        /^kubelet does not accept its configuration: E1130.+unknown field/,
      ),
    };
    expect(warningsOf(proof)).toEqual(warnings);
    for (const name of nodeChecks) expect(proof.stdout).toMatch(new RegExp(`^WARNING: ${name}: `, "m"));
  });

  test("fails for an image without containerd, and for a node check that is known to hold on AWS's image", async () => {
    const proof = await prove(bench(), {
      settings: { HOLDS_ON_AWS: JSON.stringify(nodeChecks) },
      prepare: (machine) => {
        machine.write("C:\\eks-windows-images-proof\\no-kubeconfig", "");
        changeReport(machine, (report) => {
          delete report.launchAgent;
          Object.assign(report, { baseOsBuild: "20348.9999", binaries: [] });
        });
        machine.change((state) => {
          state.pace = 60;
          state.launch = { ends: 1 };
          if (state.services.containerd) state.services.containerd.startMode = "Manual";
          state.eventLogs.System = { maxBytes: 1, sources: [], records: 1, since: "2026-01-02T03:04:05" };
          state.refusals = [
            { command: "Start-Service", target: "containerd", message: "Cannot start service containerd." },
            { command: "WSMan", target: "children", message: "Access is denied.", times: 1 },
            {
              command: "Get-CimInstance",
              target: "Win32_PerfRawData_PerfDisk_PhysicalDisk",
              message: "Invalid class ",
            },
            { command: "New-SelfSignedCertificate", message: "Keyset does not exist" },
            { command: "Start-Service", target: "hns", message: "Cannot start service hns." },
            { command: "vpc-bridge.exe", message: "broken", exitCode: 2 },
            { command: "ecr-credential-provider.exe", message: "broken", exitCode: 3 },
            { command: "aws-iam-authenticator.exe", message: "broken", exitCode: 4 },
          ];
        });
      },
    });

    const details: Record<string, unknown> = {
      "launch-agent-finished": launchError,
      "os-build": "Windows build 20348.4405 is older than the base's 20348.9999.",
      "files-as-reported": "The report names no file.",
      "containerd-runs": "Cannot start service containerd.",
      "cri-loaded": expect.stringContaining("ctr.exe exited with 1: "),
      "sandbox-image": expect.stringContaining("ctr.exe exited with 1: "),
      [`container-image ${image}`]: expect.stringContaining("ctr.exe exited with 1: "),
      "container-starts": expect.stringContaining("ctr.exe exited with 1: "),
      "nothing-left-over": "taking the inventory: Access is denied.",
      "node-services": "Cannot start service hns.",
      "no-hns-networks": "The Host Network Service is not running.",
      "vpc-bridge": expect.stringContaining("vpc-bridge.exe exited with 2: broken"),
      "credential-provider": expect.stringContaining("ecr-credential-provider.exe exited with 3: broken"),
      authenticator: expect.stringContaining("aws-iam-authenticator.exe exited with 4: broken"),
      "kubelet-configuration": "kubelet still runs after two minutes instead of missing its kubeconfig.",
    };
    expect(proof.failed).toEqual(details);
    expect(warningsOf(proof)).toEqual({});
    expect(proof).toMatchObject({ exitCode: 0, line: failed(Object.keys(details)), result: "failed" });
    expect(proof.start).toMatchObject({ containerdSeconds: null, containerSeconds: null, bytesRead: null });
    expect(proof.start.diskUsedBytes).toBe(49 * 1024 ** 3);
    expect(proof.start.warnings).toEqual([
      "WinRm was not measured: The user data did not get to its end.",
      "Containerd was not measured: Cannot start service containerd.",
      expect.stringMatching(/^Container was not measured: ctr\.exe exited with 1: /),
      "BytesRead was not measured: Invalid class ",
    ]);
    for (const warning of proof.start.warnings) expect(proof.stdout).toContain(`WARNING: ${warning}`);
    // Without a certificate WinRM has no listener, and the firewall stays closed.
    expect(proof.userData?.exitCode).toBe(1);
    expect(proof.userData?.output.join("\n")).toContain("Keyset does not exist");
    expect(Object.keys(proof.machine.state().firewallRules)).toEqual([]);
  });
});
