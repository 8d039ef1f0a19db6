import { rmSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { hostPath } from "../../../local/windows/paths.ts";
import type { Run } from "../../../local/windows/run-order.ts";
import type { Workbench } from "../../../local/windows/workbench.ts";
import { describeWithPowerShell, failureOf } from "../runs.ts";
import { command, edit, inWorkDirectory, readJson } from "./changes.ts";
import { breakCri, containerdVersions, layerWith } from "./containerd-changes.ts";
import { type Failing, layer, runFault, testFaults } from "./faults.ts";

const script = "70-verify";
const nanoserver = "mcr.microsoft.com/windows/nanoserver:ltsc2022";

const faults: Failing[] = [
  {
    what: "fails if there are no tests",
    script,
    change: ({ machine }) => rmSync(hostPath(machine.prefix, inWorkDirectory("tests")), { recursive: true }),
    failure: { class: "test", cause: "No test passed." },
  },
  {
    what: "fails if containerd does not start",
    script,
    change: async ({ machine }) => {
      await command(
        machine,
        "Stop-Service -Name containerd -Force; Set-Service -Name containerd -StartupType Disabled",
      );
    },
    failure: { class: "test", cause: "Service 'containerd (containerd)' cannot be started" },
  },
];

/** What each test says after `breakEverything`. `passed` are the tests that nothing can break while others answer. */
const complaints: Record<string, string> = {
  "containerd: answers kubelet": "io.containerd.grpc.v1 cri is not loaded: ",
  "containerd: starts as in its base, or automatically on assemble": "Manual",
  "containerd: runs the program whose version is reported": "False",
  "containerd: reads CNI configurations from where EKS writes them": "C:\\other",
  "containerd: has its pause image": "False",
  "containerd: asks the mirrors of mcr.microsoft.com first": "hosts.toml",
  [`containerd: has ${nanoserver} and pins it`]: `containerd does not have ${nanoserver}.`,
  "EKS tools: have the bootstrap": "Start-EKSBootstrap.ps1",
  "EKS tools: have every file of the base": "Start-EKSBootstrap.ps1",
  "EKS tools: have csi-proxy, the tasks and the settings of AWS": "EventLog\\EKS\\MaxSize is '' instead of 'DWord ",
  "EKS tools: have the directories that the bootstrap writes to": "C:\\ProgramData\\kubernetes",
  "EKS tools: have a recent launch agent": "False",
  "EKS tools: have a recent AWS CLI": "False",
  "Kubernetes: has kubelet of the wanted minor, at least 1.36.0": "36",
  "Kubernetes: has kube-proxy of the wanted minor, at least 1.36.0": "36",
  "Windows: has the Containers feature": "False",
  "Windows: is not older than its base": "False",
  "Windows: has no pending restart": "RebootPending",
  "Windows: uses its whole disk": "80",
  "Windows: has a tenth of its disk free": "0.05",
  "Windows: gets its page files back at the next start": "D:\\other.sys",
  "Windows: has a launch agent that generalizes it": "0",
  "Windows: accepts WinRM over HTTPS with NTLM only": "true",
};
const passed = ["containerd: runs", "containerd: asks the mirrors of registry.k8s.io first"];

async function breakEverything({ machine }: Run): Promise<void> {
  await command(
    machine,
    `ctr images remove --sync '${nanoserver}' | Out-Null
    Remove-ItemProperty -Path HKLM:\\SYSTEM\\CurrentControlSet\\Services\\EventLog\\EKS -Name MaxSize
    New-Item -Path 'HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\RebootPending' -Force
    $memory = 'HKLM:\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Memory Management'
    Set-ItemProperty -Path $memory -Name PagingFiles -Value ([string[]]@('D:\\other.sys')) -Type MultiString`,
  );
  await breakCri(machine);
  const containerd = "C:\\Program Files\\containerd";
  edit(machine, `${containerd}\\config.toml`, (text) => text.replace(/conf_dir = .*/, "conf_dir = 'C:\\other'"));
  machine.write(`${containerd}\\certs.d\\mcr.microsoft.com\\hosts.toml`, "");
  edit(machine, inWorkDirectory("versions.json"), (text) =>
    text.replace(/("name": "(aws-cli|ec2launch-v2)",\s*"version": )"[\d.]+"/g, '$1"99.0.0"'),
  );
  edit(machine, inWorkDirectory("output\\base.json"), (text) => text.replace(/"20348\.\d+"/, '"20348.9999"'));
  for (const path of [
    "C:\\ProgramData\\kubernetes",
    "C:\\Program Files\\Amazon\\EKS\\Start-EKSBootstrap.ps1",
    "C:\\Program Files\\Amazon\\EC2Launch\\EC2Launch.exe",
  ])
    rmSync(hostPath(machine.prefix, path), { recursive: true });
  machine.change((state) => {
    Object.assign(state.services.containerd ?? {}, {
      startMode: "Manual",
      binaryPath: "C:\\other\\containerd.exe --run-service",
    });
    state.features.Containers = "Available";
    state.disk = { sizeGiB: 80, freeGiB: 4 };
    (state.wsMan.Service as { Auth: Record<string, string> }).Auth.Basic = "true";
  });
}

/** Containers could not start from any image then, though containerd has all of them. */
async function loseUnpackedLayers({ machine }: Run): Promise<void> {
  await command(
    machine,
    `ctr snapshots --snapshotter windows list | Select-Object -Skip 1 |
      ForEach-Object { ctr snapshots --snapshotter windows remove ($_ -split '\\s+')[0] }`,
  );
}

describeWithPowerShell("the tests in the image", (bench) => {
  testFaults(bench, () => layer, faults);

  test("each find what they look for", async () => {
    const { step, run } = await runFault(bench(), layer, {
      what: "",
      script,
      settings: { KUBERNETES_VERSION: "1.36.0" },
      change: breakEverything,
    });

    const tests = testsOf(run);
    const bad = tests.filter(({ result }) => result !== "Passed");
    expect(tests.filter(({ result }) => result === "Passed").map(({ name }) => name)).toEqual(passed);
    expect(Object.fromEntries(bad.map(({ name, message }) => [name, message]))).toEqual(
      Object.fromEntries(Object.entries(complaints).map(([name, part]) => [name, expect.stringContaining(part)])),
    );
    expect(failureOf(step)).toEqual({
      class: "test",
      step: script,
      cause: expect.stringContaining(`${bad.length} of ${tests.length} tests did not pass: ${bad[0]?.name} - `),
    });
  });

  describe.each(containerdVersions)("with containerd %s", (version) => {
    test("miss the unpacked layers of an image", async () => {
      const { run } = await verify(bench(), version);

      expect(testsOf(run).filter(({ result }) => result !== "Passed")).toMatchObject([
        { name: "containerd: has its pause image" },
        { name: `containerd: has ${nanoserver} and pins it` },
      ]);
    });
  });

  const verify = (bench: Workbench, version: string) =>
    runFault(bench, layerWith(version), { what: "", script, change: loseUnpackedLayers });
});

function testsOf({ machine }: Run): { name: string; result: string; message: string }[] {
  return (readJson(machine, inWorkDirectory("output\\tests.json")) as { tests: [] }).tests;
}
