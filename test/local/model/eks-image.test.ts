import { describe, expect, test } from "vitest";
import { baseDisk, type Disk } from "../../../local/model/disk.ts";
import { EKS } from "../../../local/model/eks-image.ts";
import { assemble, build, eksImage, failedChecks, harvest, network } from "../winrm/machine-room.ts";

/** What Pester leaves behind. */
const passed = {
  "C:/eks-windows-images/output/tests.json": JSON.stringify({ passed: 1, failed: 0, tests: [] }),
};

describe("what AWS may have otherwise", () => {
  const withoutService: Partial<Disk["installation"]> = { eks: { csiProxy: "", tasks: {} } };

  test.each([
    ["has no csi-proxy", (base: Disk) => base.files.remove(`${EKS}\\bin\\csi-proxy.exe`)],
    [
      "has the login to ECR elsewhere",
      (base: Disk) => base.files.remove(`${EKS}\\credential-providers\\ecr-credential-provider.exe`),
    ],
    ["registers neither service nor tasks before a node bootstraps", () => {}],
  ])("stops no build of layer: a base that %s", async (_what, change) => {
    const base = baseDisk(eksImage);
    Object.assign(base.installation, withoutService);
    change(base);

    const { machine, failure } = await build({ base });

    expect(failure).toBe("");
    expect(await failedChecks(machine)).toEqual([]);
  });

  test("stops no build of assemble either, which sets up as much as the EKS image has", async () => {
    const base = baseDisk(eksImage);
    Object.assign(base.installation, withoutService);
    const reached = network();
    const HARVEST_MANIFEST = await harvest(eksImage, reached, base);

    const { machine, failure } = await assemble({ network: reached, given: { HARVEST_MANIFEST } });

    expect(failure).toBe("");
    expect(machine.installation.eks).toEqual({ csiProxy: "", tasks: {} });
    expect(await failedChecks(machine)).toEqual([]);
  });

  test("must be there afterwards as far as the base had it", async () => {
    const rules = [{ step: "60-custom", changes: withoutService }];

    expect((await build({ rules })).failure).toContain("csi-proxy and the tasks as AWS has them - no service runs");
    expect(
      await failedChecks(
        (await build({ rules: [...rules, { step: "70-verify", exitCode: 0, files: passed }] })).machine,
      ),
    ).toEqual(["eks-as-in-base"]);
  });

  test("stops a build of layer where it is the bootstrap itself", async () => {
    const base = baseDisk(eksImage);
    base.files.remove(`${EKS}\\Start-EKSBootstrap.ps1`);

    expect((await build({ base })).failure).toContain("34-eks-tools: There is no ");
  });
});

test("an EC2Launch v2 of April 2023, which AWS's last ContainersLatest images have, will do", async () => {
  const { failure } = await assemble({ from: "Windows_Server-2022-English-Core-ContainersLatest-2023.04.12" });

  expect(failure).toBe("");
});
