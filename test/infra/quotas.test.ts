import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isStandard, tooFewBuilds, tooFewExecutions, tooFewVcpus } from "../../infra/quotas.ts";
import type { AccountLimits } from "../../local/deploy/account-limits.ts";
import { imaginaryCloud } from "../../local/deploy/graph.ts";
import { openProgram } from "../../local/deploy/program.ts";
import { usEast, variants } from "./deployments.ts";
import { type Graph, graphOf, root } from "./graph.ts";

const newAccount: Partial<AccountLimits> = { executions: 10, quotas: { "L-9D07B6EF": 1, "L-1216C47A": 5 } };
const deployedStage = { "eks-windows-images-trial-reconcile": 1, "eks-windows-images-trial-api": 5 };

function deploy(limits: Partial<AccountLimits>, policies = {}): Promise<Graph> {
  return graphOf({ variants, policies }, "trial", usEast, limits);
}

describe("a new account's quotas", () => {
  test("stop the deployment before it creates anything, with every limit, what is needed and what to do", async () => {
    const workDir = mkdtempSync(join(tmpdir(), "quotas-"));
    const configFile = join(workDir, "config.ts");
    writeFileSync(configFile, "export const config = JSON.parse(process.env.CONFIGURATION);\n");
    const program = await openProgram({ root, program: join(root, "sst.config.ts"), configFile, workDir });
    const cloud = imaginaryCloud(workDir, usEast, newAccount);
    const created: string[] = [];
    const create: typeof cloud.create = (resource) => {
      created.push(resource.type);
      return cloud.create(resource);
    };

    const error = await program
      .evaluate({ stage: "trial", configuration: { variants }, cloud: { ...cloud, create } })
      .then(
        () => expect.fail("the program was deployed"),
        (refusal: Error) => refusal.message,
      );
    await program.close();
    rmSync(workDir, { recursive: true });

    expect(created.filter((type) => !type.startsWith("pulumi:providers:"))).toEqual([]);
    expect(error).toContain("this account's quotas in us-east-1 are too small. Nothing has been created or changed.");
    expect(error).toContain("100 must stay unreserved, but only 10 of the account's 10 are unreserved. Request 106");
    expect(error).toContain("or do without the reservations: policies.reserveConcurrency: false");
    expect(error).toContain("the account may run 1. Request 3");
    expect(error).toContain("or set policies.maxParallel: 1");
    expect(error).toContain(
      "type m7i.xlarge, 12 vCPUs together, but all On-Demand instances of the account may have 5",
    );
  });

  test("are enough for a configuration that follows the advice", async () => {
    const limits = { ...newAccount, denied: ["GetAccountSettings", "GetFunctionConcurrency"] };
    const { said, named } = await deploy(limits, { reserveConcurrency: false, maxParallel: 1 });

    expect(said).not.toContain("not checked");
    expect(named("ReconcileFunction").inputs.reservedConcurrentExecutions).toBeUndefined();
  });
});

describe("the reservations of a deployed stage", () => {
  test("are not counted again when it is updated", async () => {
    const { named, said } = await deploy({ executions: 106, reserved: deployedStage });

    expect(said).not.toContain("not checked");
    expect(named("ReconcileFunction").inputs.reservedConcurrentExecutions).toBe(1);
    expect(named("ApiFunction").inputs.reservedConcurrentExecutions).toBe(5);
  });

  test("of another stage leave less for this one", async () => {
    const other = { "eks-windows-images-other-reconcile": 1, "eks-windows-images-other-api": 5 };

    await expect(deploy({ executions: 106, reserved: other })).rejects.toThrow("only 100 of the account's 106");
  });

  test("are completed if a function has lost its own", async () => {
    const partly = { "eks-windows-images-trial-reconcile": 0, "eks-windows-images-trial-api": 5 };

    await expect(deploy({ executions: 105, reserved: partly })).rejects.toThrow(
      "reserve 1 more concurrent executions (reconcile 1)",
    );
  });
});

describe("a quota that cannot be read", () => {
  test.each([
    ["GetAccountSettings", "Lambda's concurrent executions in us-east-1 were not checked (AccessDeniedException"],
    ["GetFunctionConcurrency", "Lambda's concurrent executions in us-east-1 were not checked (AccessDeniedException"],
    ["GetServiceQuota", "CodeBuild's concurrent builds in us-east-1 were not checked (AccessDeniedException"],
    ["GetServiceQuota", "EC2's vCPUs in us-east-1 were not checked (AccessDeniedException"],
  ])("because %s is denied is said and stops nothing", async (operation, warning) => {
    const { said, named } = await deploy({ denied: [operation] });

    expect(said).toContain(warning);
    expect(named("ReconcileFunction").inputs.reservedConcurrentExecutions).toBe(1);
  });

  test("because the account has no value of its own is said and stops nothing", async () => {
    const { said } = await deploy({ quotas: {} });

    expect(said).toContain("EC2's vCPUs in us-east-1 were not checked (NoSuchResourceException");
  });

  test("does not hide another one that is too small", async () => {
    await expect(deploy({ ...newAccount, denied: ["GetAccountSettings"] })).rejects.toThrow(
      "CodeBuild: up to 3 builds",
    );
  });
});

describe("the smallest quota that is enough", () => {
  test.each([
    [106, { reconcile: 0, api: 0 }, true],
    [105, { reconcile: 0, api: 0 }, false],
    [100, { reconcile: 1, api: 5 }, true],
    [4, { reconcile: 1, api: 5 }, true],
    [100, { reconcile: 1, api: 4 }, false],
    [100, { reconcile: 9, api: 5 }, true],
  ])("of executions, %i unreserved with %o reserved: %s", (unreserved, ours, isEnough) => {
    expect(tooFewExecutions({ all: 1000, unreserved, ours }) === undefined).toBe(isEnough);
  });

  test("of builds is maxParallel, and an account that may run none cannot do with fewer", () => {
    expect(tooFewBuilds(2, 2)).toBeUndefined();
    expect(tooFewBuilds(1, 2)?.remedy).toContain("set policies.maxParallel: 1");
    expect(tooFewBuilds(0, 1)?.remedy).not.toContain("or set");
  });

  test("of vCPUs is those of the instance type for each build at once", () => {
    const build = { instanceType: "m7i.2xlarge", vcpus: 8, maxParallel: 3 };

    expect(tooFewVcpus(24, build)).toBeUndefined();
    expect(tooFewVcpus(23, build)?.remedy).toContain("or set policies.maxParallel: 2");
    expect(tooFewVcpus(7, build)?.remedy).not.toContain("or set");
  });

  test("is not known here for the instance families that have a quota of their own", () => {
    expect(["m7i.xlarge", "c7i-flex.large", "r8i.xlarge", "t3.xlarge"].filter((type) => !isStandard(type))).toEqual([]);
    expect(["g5.xlarge", "inf1.xlarge", "hpc6a.48xlarge", "dl1.24xlarge", "x2idn.large"].filter(isStandard)).toEqual(
      [],
    );
  });
});
