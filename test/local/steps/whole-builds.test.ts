import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { baseDisk } from "../../../local/model/disk.ts";
import { awsTools, programPaths } from "../../../local/model/programs.ts";
import { allSteps } from "../../../local/steps/all-steps.ts";
import { checksIn, testsIn } from "../../../local/steps/check-names.ts";
import { imageTests } from "../../../local/steps/image-tests.ts";
import { proofChecks } from "../../../local/steps/proof-checks.ts";
import { reportPath } from "../../../local/steps/report.ts";
import { applyResponse, silentResponse } from "../../../local/steps/step-response.ts";
import type { Rule } from "../../../local/steps/step-rules.ts";
import {
  assemble,
  build,
  eksImage,
  failedChecks,
  harvest,
  nanoserver,
  network,
  packer,
  start,
} from "./recipe-builds.ts";

/** Lets a build pass that its own tests and report would stop. */
const blind: Rule[] = [
  { step: "70-verify", exitCode: 0 },
  {
    step: "80-report",
    exitCode: 0,
    files: {
      [reportPath]: JSON.stringify({
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
])("an image built by the whole recipe %s", (recipe, make) => {
  test("passes its proof and reports its contents", async () => {
    const { machine, failure } = await make();

    expect(failure).toBe("");
    expect(await failedChecks(machine)).toEqual([]);
    expect(JSON.parse(machine.files.read(reportPath)?.toString() ?? "")).toMatchObject({
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
  ["30-aws-cli", "EKS tools: have a recent AWS CLI - The AWS CLI is 2.31.0"],
  ["33-kubernetes", "test 70-verify: 2 of"],
  ["40-containerd", "test 70-verify: 1 of"],
  ["50-container-images", `test 70-verify: 1 of`],
  ["60-custom", String.raw`provision 80-report: Could not find file 'C:\eks-windows-images\output\custom.json'`],
  ["70-verify", String.raw`provision 80-report: Could not find file 'C:\eks-windows-images\output\tests.json'`],
])("a build of layer without %s stops", async (step, failure) => {
  expect((await build({ without: [step] })).failure).toContain(failure);
});

test.each([
  ["15-containers-feature", "40-containerd: containerd does not start: the Containers feature is not there"],
  ["restart", "25-updates-complete: "],
  ["30-aws-cli", "31-harvested-files: There is no program"],
  ["31-harvested-files", "34-eks-tools: There is no "],
  ["32-containerd-install", "40-containerd: There is no program"],
  ["33-kubernetes", "70-verify: 3 of"],
  ["34-eks-tools", "EKS tools: have csi-proxy and the tasks of AWS"],
  ["40-containerd", "50-container-images: "],
])("a build of assemble without %s stops", async (step, failure) => {
  expect((await assemble({ without: [step] })).failure).toContain(failure);
});

test.each([
  ["33-kubernetes", ["kubelet", "kube-proxy", "files-as-reported"]],
  ["50-container-images", ["files-as-reported", `container-image ${nanoserver}`, "container-starts"]],
  ["20-windows-updates", ["os-build", "files-as-reported"]],
])("an image whose build skipped %s unnoticed fails its proof", async (step, checks) => {
  const { machine, failure } = await build({ without: [step, "25-updates-complete"], rules: blind });

  expect(failure).toBe("");
  expect(await failedChecks(machine)).toEqual(checks);
});

test("an image that was generalized without clean-up fails its proof", async () => {
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

test("the report lists the container images that AWS cached as unpinned", async () => {
  const { machine } = await build();

  expect(JSON.parse(machine.files.read(reportPath)?.toString() ?? "").containerImages).toContainEqual(
    expect.objectContaining({ name: "mcr.microsoft.com/windows/servercore:ltsc2022", pinned: false }),
  );
});

describe("a harvest", () => {
  test("is identical to the byte for the same release and differs for another", async () => {
    const [first, again, next] = await Promise.all(
      [eksImage, eksImage, eksImage.replace("10.09", "11.13")].map((image) => harvest(image, network())),
    );

    expect(again).toBe(first);
    expect(next).not.toBe(first);
  });

  test("uses the AWS CLI or AWS Tools for PowerShell, and fails on an image with neither", async () => {
    const [tools, neither] = [baseDisk(eksImage), baseDisk(eksImage)];
    for (const base of [tools, neither]) base.files.remove(programPaths.aws);
    neither.files.remove(awsTools);

    expect(await harvest(eksImage, network(), tools)).toBe(await harvest(eksImage, network()));
    await expect(harvest(eksImage, network(), neither)).rejects.toThrow(
      /provision 10-harvest: There is neither .+aws\.exe nor a Write-S3Object/,
    );
  });

  test("with a changed file stops the build that uses it", async () => {
    const reached = network();
    const HARVEST_MANIFEST = await harvest(eksImage, reached);
    const [file] = [...reached.objects.keys()].filter((url) => url.includes("/files/"));
    reached.objects.set(file as string, Buffer.from("another"));

    const { failure } = await assemble({ network: reached, given: { HARVEST_MANIFEST } });

    expect(failure).toContain("EKSWIN-FAILED checksum 31-harvested-files: ");
  });
});

test("changes to a machine do not affect its image", async () => {
  const { machine: image } = await build();
  const machine = start(image, "scripts/00-communicator");

  applyResponse(machine, { ...silentResponse, files: { [reportPath]: "other" }, changes: { build: "1.1" } });

  expect(image.installation).toMatchObject({ generalized: true, build: "20348.4405" });
  expect(image.files.read(reportPath)?.toString()).not.toBe("other");
});

test("the stand-in has exactly the steps that the recipe has scripts for", () => {
  const scripts = ["scripts", "harvest/scripts", "proof/scripts"].flatMap((folder) =>
    readdirSync(join(packer, folder)),
  );
  const steps = scripts.map((name) => basename(name, ".ps1")).filter((name) => !name.startsWith("00-"));

  expect(Object.keys(allSteps).sort()).toEqual(steps.sort());
});

test("the stand-in's report has the fields of the recipe's own script", async () => {
  const script = readFileSync(join(packer, "scripts/80-report.ps1"), "utf8");
  const reported = [...script.matchAll(/^ {8}(\w+) +=/gm)].map(([, name]) => name);
  const { machine } = await build();

  expect(Object.keys(JSON.parse(machine.files.read(reportPath)?.toString() ?? ""))).toEqual(reported);
});

test.each([
  ["tests of the image", imageTests, testsIn],
  ["checks of the proof", proofChecks, checksIn],
])("the stand-in has exactly the %s", (_what, checks, namesIn) => {
  const names = namesIn(packer).map(({ name }) => name);

  expect(Object.keys(checks).sort()).toEqual([...new Set(names)].sort());
});
