import { rmSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import type { BuildOrder, Harvest } from "../../../local/windows/builds.ts";
import { hostPath } from "../../../local/windows/paths.ts";
import type { Run } from "../../../local/windows/run-order.ts";
import { describeWithPowerShell } from "../runs.ts";
import { command, edit, inWorkDirectory, readJson } from "./changes.ts";
import { type Failing, harvestFor, runFault, testFaults } from "./faults.ts";

const pause = "registry.k8s.io/pause:3.10";

const faults: Failing[] = [
  {
    what: "fails if the archive of containerd has another sum",
    script: "32-containerd-install",
    change: (_run, { surroundings }) => surroundings.failWith({ url: "/containerd-1.7.27-windows", content: "other" }),
    failure: { class: "checksum", cause: "/containerd-1.7.27-windows-amd64.tar.gz has the SHA-256 d9298a10d1b07358" },
  },
  {
    what: "fails if containerd is of another version than its archive",
    script: "32-containerd-install",
    change: ({ machine }) =>
      edit(machine, inWorkDirectory("versions.json"), (text) =>
        text.replace(/("name": "containerd",\s*"version": )"1\.7\.27"/, '$1"1.7.99"'),
      ),
    failure: { class: "provision", cause: "containerd states version 1.7.27 after 1.7.99 was installed." },
  },
  {
    what: "fails if the base has a service containerd that runs another program",
    script: "32-containerd-install",
    change: ({ machine }) =>
      machine.change(({ services }) => {
        const binaryPath = '"C:\\Program Files\\Docker\\dockerd.exe" --run-service';
        services.containerd = { displayName: "containerd", binaryPath, startMode: "Auto", status: "Stopped" };
      }),
    failure: {
      class: "provision",
      cause: "The base has a service containerd that runs C:\\Program Files\\Docker\\dockerd.exe",
    },
  },
  {
    what: "fails if the registry has another pause image",
    script: "50-container-images",
    change: (_run, { registry }) => {
      registry.publish("registry.k8s.io/pause:other");
      registry.mistake(pause, "registry.k8s.io/pause:other");
    },
    // containerd itself finds out.
    failure: { class: "provision", cause: "unexpected commit digest sha256:" },
  },
];

async function breakEverything({ machine }: Run): Promise<void> {
  await command(
    machine,
    `ctr images label '${pause}' 'io.cri-containerd.pinned=' | Out-Null
    Remove-Item -Path HKLM:\\SYSTEM\\CurrentControlSet\\Services\\EventLog\\EKS -Recurse
    [Environment]::SetEnvironmentVariable('Path', 'C:\\Windows\\system32;C:\\Windows', 'Machine')`,
  );
  for (const path of ["C:\\Program Files\\Amazon\\EKS", "C:\\Program Files\\containerd\\containerd-shim-runhcs-v1.exe"])
    rmSync(hostPath(machine.prefix, path), { recursive: true });
  machine.change((state) => {
    state.tasks = {};
    Object.assign(state.services.containerd ?? {}, { startMode: "Manual" });
    Object.assign(state.firewallRules["eks-node-kubelet"] ?? {}, { enabled: "False" });
  });
}

describeWithPowerShell("an assembled image's containerd and tests", (bench) => {
  let harvest: Harvest;

  beforeAll(async () => {
    harvest = await harvestFor(bench());
  });

  const order = (): BuildOrder => ({
    recipe: "assemble",
    base: { kind: "ContainersLatest", windows: "2022", edition: "Core" },
    kubernetes: "1.35.8",
    containerImages: [],
    harvest,
  });

  testFaults(bench, order, faults);

  test("the tests in the image find what a node would miss", async () => {
    const { run } = await runFault(bench(), order(), { what: "", script: "70-verify", change: breakEverything });

    const { tests } = readJson(run.machine, inWorkDirectory("output\\tests.json")) as {
      tests: { name: string; result: string }[];
    };
    const bad = tests.filter(({ result }) => result !== "Passed").map(({ name }) => name);
    expect(bad).toEqual([
      "containerd: starts as in its base, or automatically on assemble",
      "containerd: has its pause image",
      "containerd: has the shim that runs Windows containers",
      "containerd: has the CNI plugins",
      "EKS tools: have the bootstrap",
      "EKS tools: have csi-proxy, the tasks and the settings of AWS",
      "EKS tools: have EKS-StartupTask.ps1",
      "EKS tools: have EKS-WindowsServiceHost.exe",
      "EKS tools: have aws-iam-authenticator.exe",
      "EKS tools: have credential-providers\\ecr-credential-provider.exe",
      "EKS tools: have cni\\vpc-bridge.exe",
      "EKS tools: have bin\\aws-vpc-cni-k8s-connector.exe",
      "EKS tools: let the control plane reach kubelet",
      "EKS tools: have the directories of an EKS image",
      "EKS tools: have the tasks of an EKS image",
      "EKS tools: have the event sources of an EKS image",
      "EKS tools: and containerd are on the path of the machine",
      "EKS tools: have the pause image of versions.json, pinned",
    ]);
  });
});
