import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { createBehaviour, leave, type Rule } from "../../local/windows/behaviour.ts";
import { baseDisk, type Disk } from "../../local/windows/disk.ts";
import { healthyResponse } from "../../local/windows/healthy.ts";
import { createMachine, type Machine } from "../../local/windows/machine.ts";
import { REPORT } from "../../local/windows/report.ts";
import { generalize, startWindows } from "../../local/windows/setup.ts";

const packer = fileURLToPath(new URL("../../packer", import.meta.url));
const base = "Windows_Server-2022-English-Core-EKS_Optimized-1.35-2026.10.09";
const nanoserver = "mcr.microsoft.com/windows/nanoserver:ltsc2022";
const asked = { KUBERNETES_VERSION: "1.35.7", CONTAINER_IMAGES: JSON.stringify([nanoserver]) };
const steps = [
  "10-files",
  "20-windows-updates",
  "restart",
  "25-updates-complete",
  "30-eks-tools",
  "40-containerd",
  "50-container-images",
  "60-custom",
  "70-verify",
  "80-report",
  "90-sysprep",
];

/** What lets a build pass that its own tests and report would stop. */
const blind: Rule[] = [
  { step: "70-verify", exitCode: 0 },
  {
    step: "80-report",
    exitCode: 0,
    files: { [REPORT]: JSON.stringify({ baseOsBuild: "20348.2849", osBuild: "20348.4405" }) },
  },
];

function start(image: Disk, ...scripts: string[]): Machine {
  const userData = scripts.map((name) => readFileSync(`${packer}/${name}.ps1`, "utf8")).join("\n");
  const instance = { instanceId: "i-1", address: "127.77.0.4", imageId: "ami-1", tags: {}, userData };
  const machine = createMachine(instance, image);
  startWindows(machine, packer);
  return machine;
}

function build({ without = [], order = steps, rules = [], from = base }: Partial<Order> = {}): Built {
  const { behave, responseTo } = createBehaviour();
  rules.forEach(behave);
  const machine = start(baseDisk(from), "scripts/00-communicator");
  machine.files.write("C:/eks-windows-images/modules/module.psm1", "");
  const settings = { WORK_DIRECTORY: "C:/eks-windows-images", ...asked };
  for (const step of order.filter((one) => !without.includes(one))) {
    if (step === "restart") {
      startWindows(machine, packer);
      continue;
    }
    const response = responseTo(step, machine, healthyResponse(step, machine, settings));
    leave(machine, response);
    if (response.exitCode === 1) return { machine, failure: response.stderr };
    if (response.stopsItself) generalize(machine);
  }
  return { machine, failure: "" };
}

function failedChecks(image: Disk): string[] {
  const machine = start(image, "proof/scripts/00-inventory", "scripts/00-communicator");
  const directory = "C:/eks-windows-images-proof";
  const { files, stderr } = healthyResponse("10-checks", machine, { WORK_DIRECTORY: directory, ...asked });
  expect(stderr).toBe("");
  const { checks } = JSON.parse(files[`${directory}/output/proof.json`] ?? "");
  return checks.filter((check: { passed: boolean }) => !check.passed).map((check: { name: string }) => check.name);
}

test("an image of the whole recipe proves itself and reports what is in it", () => {
  const { machine, failure } = build();

  expect(failure).toBe("");
  expect(failedChecks(machine)).toEqual([]);
  expect(JSON.parse(machine.files.read(REPORT)?.toString() ?? "")).toMatchObject({
    baseOsBuild: "20348.2849",
    osBuild: "20348.4405",
    installedUpdates: ["KB5099999"],
    kubernetesVersion: "1.35.7",
    containerImages: [{ name: nanoserver, pinned: true }],
    tests: { failed: 0 },
  });
});

test.each([
  ["20-windows-updates", "updates 25-updates-complete: 1 updates are left"],
  ["restart", "test 70-verify: 1 of 8 tests did not pass: Windows: waits for no restart"],
  ["30-eks-tools", "test 70-verify: 2 of 8 tests did not pass: Kubernetes: has kubelet"],
  ["40-containerd", "test 70-verify: 1 of 8 tests did not pass: containerd: looks for CNI configurations"],
  ["50-container-images", `test 70-verify: 1 of 8 tests did not pass: containerd: holds ${nanoserver}`],
  ["60-custom", String.raw`provision 80-report: Could not find file 'C:\eks-windows-images\output\custom.json'`],
  ["70-verify", String.raw`provision 80-report: Could not find file 'C:\eks-windows-images\output\tests.json'`],
])("a build without %s is stopped", (step, failure) => {
  expect(build({ without: [step] }).failure).toContain(failure);
});

test.each([
  ["30-eks-tools", ["kubelet", "kube-proxy"]],
  ["50-container-images", [`container-image ${nanoserver}`, "container-starts"]],
  ["20-windows-updates", ["os-build"]],
])("an image without %s whose build did not notice fails its proof", (step, checks) => {
  const { machine, failure } = build({ without: [step, "25-updates-complete"], rules: blind });

  expect(failure).toBe("");
  expect(failedChecks(machine)).toEqual(checks);
});

test("an image that a step said to have filled and did not fails its proof", () => {
  const rules = [...blind, { step: /eks-tools|container-images/, changes: {} }];

  expect(failedChecks(build({ rules }).machine)).toEqual([
    "kubelet",
    "kube-proxy",
    `container-image ${nanoserver}`,
    "container-starts",
  ]);
});

test("an image that was generalized without being cleaned fails its proof", () => {
  const { machine } = build({ without: ["90-sysprep"] });
  machine.installation.generalized = true;

  expect(failedChecks(machine)).toEqual(["nothing-left-over"]);
});

test("an image without a report fails its proof", () => {
  expect(failedChecks(build({ without: ["80-report"] }).machine)).toEqual(["os-build"]);
});

test.each([
  [
    "of another minor",
    base.replace("1.35", "1.34"),
    "30-eks-tools: The base has kubelet 1.34.5, which is another minor",
  ],
  ["without containerd", "Windows_Server-2022-English-Core-Base-2026.10.09", "10-files: Cannot find any service"],
])("a base %s stops the build", (_what, from, failure) => {
  expect(build({ from }).failure).toContain(failure);
});

test("what happens to a machine leaves its image as it was", () => {
  const { machine: image } = build();
  const machine = start(image, "scripts/00-communicator");

  leave(machine, { ...healthyResponse("none", machine, {}), files: { [REPORT]: "other" }, changes: { tools: {} } });

  expect(image.installation).toMatchObject({ generalized: true, tools: { kubelet: "1.35.7" } });
  expect(image.files.read(REPORT)?.toString()).not.toBe("other");
});

type Order = { without: string[]; order: string[]; rules: Rule[]; from: string };
type Built = { machine: Machine; failure: string };
