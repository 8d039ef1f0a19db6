import { describe, expect, test } from "vitest";
import { baseDisk, type Disk } from "../../../local/model/disk.ts";
import { eksDirectory } from "../../../local/model/eks-image.ts";
import { assemble, build, eksImage, failedChecks, harvest, network } from "./recipe-builds.ts";

/** The file that Pester writes. */
const passed = {
  "C:/eks-windows-images/output/tests.json": JSON.stringify({ passed: 1, failed: 0, tests: [] }),
};

describe("an EKS image that differs from the known ones", () => {
  const withoutService: Partial<Disk["installation"]> = { eks: { csiProxy: "", tasks: {} } };

  test.each([
    ["has no csi-proxy", (base: Disk) => base.files.remove(`${eksDirectory}\\bin\\csi-proxy.exe`)],
    [
      "has the credential provider for ECR elsewhere",
      (base: Disk) => base.files.remove(`${eksDirectory}\\credential-providers\\ecr-credential-provider.exe`),
    ],
    ["registers its service and tasks only when a node bootstraps", () => {}],
  ])("does not stop a build of layer if it %s", async (_what, change) => {
    const base = baseDisk(eksImage);
    Object.assign(base.installation, withoutService);
    change(base);

    const { machine, failure } = await build({ base });

    expect(failure).toBe("");
    expect(await failedChecks(machine)).toEqual([]);
  });

  test("does not stop a build of assemble, which sets up only what the EKS image has", async () => {
    const base = baseDisk(eksImage);
    Object.assign(base.installation, withoutService);
    const reached = network();
    const HARVEST_MANIFEST = await harvest(eksImage, reached, base);

    const { machine, failure } = await assemble({ network: reached, given: { HARVEST_MANIFEST } });

    expect(failure).toBe("");
    expect(machine.installation.eks).toEqual({ csiProxy: "", tasks: {} });
    expect(await failedChecks(machine)).toEqual([]);
  });

  test("must keep the service and tasks that its base has", async () => {
    const rules = [{ step: "60-custom", changes: withoutService }];

    expect((await build({ rules })).failure).toContain("csi-proxy and the tasks of AWS - no service runs");
    expect(
      await failedChecks(
        (await build({ rules: [...rules, { step: "70-verify", exitCode: 0, files: passed }] })).machine,
      ),
    ).toEqual(["eks-as-in-base"]);
  });

  test("stops a build of layer if it has no bootstrap script", async () => {
    const base = baseDisk(eksImage);
    base.files.remove(`${eksDirectory}\\Start-EKSBootstrap.ps1`);

    expect((await build({ base })).failure).toContain("34-eks-tools: There is no ");
  });
});

test("EC2Launch v2 of April 2023, the version in AWS's last ContainersLatest images, is new enough", async () => {
  const { failure } = await assemble({ from: "Windows_Server-2022-English-Core-ContainersLatest-2023.04.12" });

  expect(failure).toBe("");
});
