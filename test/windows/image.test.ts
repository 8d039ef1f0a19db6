import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { leave, QUIET, type Rule } from "../../local/windows/behaviour.ts";
import { checksIn, testsIn } from "../../local/windows/check-names.ts";
import { CHECKS } from "../../local/windows/checks.ts";
import { baseDisk } from "../../local/windows/disk.ts";
import { STEPS } from "../../local/windows/healthy.ts";
import { UPDATE } from "../../local/windows/installation.ts";
import { AWS_TOOLS, PESTER, PROGRAMS, UNCONFIGURED } from "../../local/windows/programs.ts";
import { REPORT } from "../../local/windows/report.ts";
import { updatesWithoutEffect } from "../../local/windows/results.ts";
import { TESTS } from "../../local/windows/verification.ts";
import {
  assemble,
  build,
  eksImage,
  failedChecks,
  harvest,
  nanoserver,
  network,
  packer,
  plainImage,
  start,
} from "./machine-room.ts";

/** What lets a build pass that its own tests and report would stop. */
const blind: Rule[] = [
  { step: "70-verify", exitCode: 0 },
  {
    step: "80-report",
    exitCode: 0,
    files: {
      [REPORT]: JSON.stringify({
        baseOsBuild: "20348.2849",
        osBuild: "20348.4405",
        binaries: [],
        eks: { csiProxyService: "", csiProxyProgram: "", tasks: [] },
      }),
    },
  },
];

describe.each([
  ["layer", () => build()],
  ["assemble", () => assemble()],
])("an image of the whole recipe %s", (recipe, make) => {
  test("proves itself and reports what is in it", async () => {
    const { machine, failure } = await make();

    expect(failure).toBe("");
    expect(await failedChecks(machine)).toEqual([]);
    expect(JSON.parse(machine.files.read(REPORT)?.toString() ?? "")).toMatchObject({
      recipe,
      baseOsBuild: "20348.2849",
      osBuild: "20348.4405",
      addedUpdates: ["KB5099999"],
      kubernetes: { kubelet: "1.35.7", kubeProxy: "1.35.7" },
      binaries: expect.arrayContaining([
        {
          path: String.raw`C:\Program Files\kubernetes\kubelet.exe`,
          version: "1.35.7",
          sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
          from: "download",
        },
      ]),
      containerImages: expect.arrayContaining([expect.objectContaining({ name: nanoserver, pinned: true })]),
      tests: { failed: 0 },
    });
  });
});

test.each([
  ["20-windows-updates", "updates 25-updates-complete: 1 updates are left"],
  ["30-aws-cli", "EKS tools: have the AWS CLI, not too old - The AWS CLI is 2.31.0"],
  ["33-kubernetes", "test 70-verify: 2 of"],
  ["40-containerd", "test 70-verify: 1 of"],
  ["50-container-images", `test 70-verify: 1 of`],
  ["60-custom", String.raw`provision 80-report: Could not find file 'C:\eks-windows-images\output\custom.json'`],
  ["70-verify", String.raw`provision 80-report: Could not find file 'C:\eks-windows-images\output\tests.json'`],
])("a build of layer without %s is stopped", async (step, failure) => {
  expect((await build({ without: [step] })).failure).toContain(failure);
});

test.each([
  ["15-containers-feature", "40-containerd: containerd does not start: the Containers feature is not there"],
  ["restart", "25-updates-complete: "],
  ["30-aws-cli", "31-harvested-files: There is no program"],
  ["31-harvested-files", "34-eks-tools: There is no "],
  ["32-containerd-install", "40-containerd: There is no program"],
  ["33-kubernetes", "70-verify: 3 of"],
  ["34-eks-tools", "EKS tools: have csi-proxy and the tasks as AWS has them"],
  ["40-containerd", "50-container-images: "],
])("a build of assemble without %s is stopped", async (step, failure) => {
  expect((await assemble({ without: [step] })).failure).toContain(failure);
});

test.each([
  ["33-kubernetes", ["kubelet", "kube-proxy", "files-as-reported"]],
  ["50-container-images", ["files-as-reported", `container-image ${nanoserver}`, "container-starts"]],
  ["20-windows-updates", ["os-build", "files-as-reported"]],
])("an image without %s whose build did not notice fails its proof", async (step, checks) => {
  const { machine, failure } = await build({ without: [step, "25-updates-complete"], rules: blind });

  expect(failure).toBe("");
  expect(await failedChecks(machine)).toEqual(checks);
});

test("an image that was generalized without being cleaned fails its proof", async () => {
  const { machine } = await build({ without: ["90-sysprep"] });
  machine.installation.generalized = true;

  expect(await failedChecks(machine)).toEqual(["nothing-left-over"]);
});

test("an image without a report fails its proof", async () => {
  expect(await failedChecks((await build({ without: ["80-report"] })).machine)).toEqual([
    "os-build",
    "files-as-reported",
    "eks-as-in-base",
  ]);
});

test.each([
  [
    "of another minor",
    eksImage.replace("1.35", "1.34"),
    "33-kubernetes: The base has kubelet 1.34.5, which is another minor",
  ],
  ["without Kubernetes", plainImage, "33-kubernetes: There is no program"],
])("a base %s stops a build of layer", async (_what, from, failure) => {
  expect((await build({ from })).failure).toContain(failure);
});

test.each([
  ["no Pester of Windows' own", PESTER, "12-prerequisites: The base has no Pester 3"],
  ["no launch agent", PROGRAMS["ec2launch-v2"], "12-prerequisites: There is no program"],
])("a base with %s stops a build before hours are spent on it", async (_what, path, failure) => {
  const base = baseDisk(eksImage);
  base.files.remove(path);

  expect((await build({ base, order: ["10-files", "12-prerequisites"] })).failure).toContain(failure);
});

test("containerd that loads no CRI stops a build, and fails the proof of an image whose build did not notice", async () => {
  const criTrouble = "io.containerd.grpc.v1 cri is not loaded";

  const noticed = await build({ rules: [{ step: "34-eks-tools", changes: { criTrouble } }] });
  const tested = await build({ rules: [{ step: "60-custom", changes: { criTrouble } }] });
  const unnoticed = await build({ rules: [{ step: "80-report", changes: { criTrouble } }] });

  expect(noticed.failure).toContain("provision 40-containerd: containerd would not answer kubelet: ");
  expect(tested.failure).toContain("containerd: answers kubelet");
  expect(unnoticed.failure).toBe("");
  expect(await failedChecks(unnoticed.machine)).toEqual(["cri-loaded"]);
});

test("Windows that wants a second restart gets it after the next round, and stops a build that has none", async () => {
  const rules = [{ step: "10-files", changes: { restartsWanted: 1 } }];
  const round = ["20-windows-updates", "restart"];

  const one = await build({ rules, order: ["10-files", ...round, "25-updates-complete"] });
  const two = await build({ rules, order: ["10-files", ...round, ...round, "25-updates-complete"] });

  expect(one.failure).toContain("updates 25-updates-complete: Windows wants one more restart");
  expect(two.failure).toBe("");
});

test("containerd of the base is started by Windows once it is ours, and must be where ours is put", async () => {
  const theirs = { ...UNCONFIGURED, startType: "Manual" } as const;
  const elsewhere = { ...theirs, program: "C:\\containerd\\containerd.exe" };

  const taken = await assemble({ rules: [{ step: "10-files", changes: { containerd: theirs } }] });
  const refused = await assemble({ rules: [{ step: "10-files", changes: { containerd: elsewhere } }] });

  expect(taken.failure).toBe("");
  expect(taken.machine.installation.containerd?.startType).toBe("Automatic");
  expect(refused.failure).toContain(
    "32-containerd-install: The base has a service containerd that runs C:\\containerd",
  );
});

test("updates that leave Windows as it was stop a build whose base is older than they are", async () => {
  const rules = [{ step: "20-windows-updates", ...updatesWithoutEffect() }];

  const older = await build({ rules });
  const newer = await build({ rules, given: { BASE_RELEASED: "2026-11-12" } });

  expect(older.failure).toContain("updates 25-updates-complete: Windows build 20348.2849 has not risen");
  expect(newer.failure).toBe("");
});

test.each([
  ["of .NET excuses nothing", "KB5088888", "25-updates-complete: Windows build 20348.2849 has not risen"],
  ["of Windows itself explains it", UPDATE.article, ""],
])("where Windows has not become newer, a denied update %s", async (_what, denied, failure) => {
  const dotNet = { article: "KB5088888", title: "2026-11 Cumulative Update for .NET Framework", raisesBuild: false };
  const rules = [
    { step: "10-files", changes: { offered: [UPDATE, dotNet] } },
    { step: "20-windows-updates", changes: { updates: [UPDATE, dotNet].map(({ article }) => article) } },
  ];

  const made = await build({ rules, given: { DENIED_UPDATES: JSON.stringify([denied]) } });

  if (failure) expect(made.failure).toContain(failure);
  else expect(made.failure).toBe("");
});

test("container images that AWS has cached are in the report, not pinned", async () => {
  const { machine } = await build();

  expect(JSON.parse(machine.files.read(REPORT)?.toString() ?? "").containerImages).toContainEqual(
    expect.objectContaining({ name: "mcr.microsoft.com/windows/servercore:ltsc2022", pinned: false }),
  );
});

test("apps of one user's keep a desktop from being generalized unless they are removed, or no more than one is left", async () => {
  const from = eksImage.replace("Core", "Full");
  const rules = [{ step: "10-files", changes: { updatedApps: ["MicrosoftCorporationII.WindowsSubsystemForLinux"] } }];
  const order = ["10-files", "85-appx", "90-sysprep"];

  const cleaned = await build({ from, order, rules });
  const left = await build({ from, order, rules, without: ["85-appx"] });

  expect(cleaned.machine.installation.generalized).toBe(true);
  expect(left.machine.installation.generalized).toBe(false);
  expect(left.machine.console.join("\n")).toMatch(
    /EKSWIN-FAILED sysprep 90-sysprep: .+ForLinux was installed for a user/,
  );
});

describe("a harvest", () => {
  test("of the same release is the same to the byte, of another release another one", async () => {
    const [first, again, next] = await Promise.all(
      [eksImage, eksImage, eksImage.replace("10.09", "11.13")].map((image) => harvest(image, network())),
    );

    expect(again).toBe(first);
    expect(next).not.toBe(first);
  });

  test("is taken by the AWS CLI or by AWS Tools for PowerShell, and says so where an image has neither", async () => {
    const [tools, neither] = [baseDisk(eksImage), baseDisk(eksImage)];
    for (const base of [tools, neither]) base.files.remove(PROGRAMS.aws);
    neither.files.remove(AWS_TOOLS);

    expect(await harvest(eksImage, network(), tools)).toBe(await harvest(eksImage, network()));
    await expect(harvest(eksImage, network(), neither)).rejects.toThrow(
      /provision 10-harvest: There is neither .+aws\.exe nor a Write-S3Object/,
    );
  });

  test("of which a file was changed stops the build that wants it", async () => {
    const reached = network();
    const HARVEST_MANIFEST = await harvest(eksImage, reached);
    const [file] = [...reached.objects.keys()].filter((url) => url.includes("/files/"));
    reached.objects.set(file as string, Buffer.from("another"));

    const { failure } = await assemble({ network: reached, given: { HARVEST_MANIFEST } });

    expect(failure).toContain("EKSWIN-FAILED checksum 31-harvested-files: ");
  });
});

test("what happens to a machine leaves its image as it was", async () => {
  const { machine: image } = await build();
  const machine = start(image, "scripts/00-communicator");

  leave(machine, { ...QUIET, files: { [REPORT]: "other" }, changes: { build: "1.1" } });

  expect(image.installation).toMatchObject({ generalized: true, build: "20348.4405" });
  expect(image.files.read(REPORT)?.toString()).not.toBe("other");
});

test("the stand-in takes every step that the recipe has a script for, and no others", () => {
  const scripts = ["scripts", "harvest/scripts", "proof/scripts"].flatMap((folder) =>
    readdirSync(join(packer, folder)),
  );
  const steps = scripts.map((name) => basename(name, ".ps1")).filter((name) => !name.startsWith("00-"));

  expect(Object.keys(STEPS).sort()).toEqual(steps.sort());
});

test("the stand-in reports what the recipe's own script reports", async () => {
  const script = readFileSync(join(packer, "scripts/80-report.ps1"), "utf8");
  const reported = [...script.matchAll(/^ {8}(\w+) +=/gm)].map(([, name]) => name);
  const { machine } = await build();

  expect(Object.keys(JSON.parse(machine.files.read(REPORT)?.toString() ?? ""))).toEqual(reported);
});

test.each([
  ["tests of the image", TESTS, testsIn],
  ["checks of the proof", CHECKS, checksIn],
])("the stand-in knows the %s, and no others", (_what, looks, namesIn) => {
  const names = namesIn(packer).map(({ name }) => name);

  expect(Object.keys(looks).sort()).toEqual([...new Set(names)].sort());
});
