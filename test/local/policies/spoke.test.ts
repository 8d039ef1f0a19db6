import { describe, expect, test } from "vitest";
import type { RecordedCall } from "../../../local/aws/emulator.ts";
import { reviewCalls } from "../../../local/policies/review.ts";
import { spokeOf } from "../../../local/policies/spoke.ts";

const home = { partition: "aws", region: "us-east-1", accountId: "123456789012" };
const account = "210987654321";
const role = (name: string) => `arn:aws:iam::${home.accountId}:role/${name}`;
const spoke = spokeOf(account, {
  HubReconcileRoleArn: role("reconcile"),
  HubApiRoleArn: role("api"),
  Regions: "eu-west-1",
  HomeKeyArn: "arn:aws:kms:us-east-1:123456789012:key/1",
});

/** A deployment whose roles may assume the spoke's role, and whose own role `places` trusts reconcile only. */
const resources = ["reconcile", "api", "build", "places"].map((name) => {
  const allowed = {
    Effect: "Allow",
    Action: "sts:AssumeRole",
    Resource: [spoke.roleArn, role("places"), role("gone")],
  };
  const trust = { Effect: "Allow", Action: "sts:AssumeRole", Principal: { AWS: role("reconcile") } };
  const inputs = {
    name,
    assumeRolePolicy: JSON.stringify({ Statement: [trust] }),
    inlinePolicies: [{ policy: JSON.stringify({ Statement: [allowed] }) }],
  };
  return { type: "aws:iam/role:Role", name: `${name}Role`, id: name, inputs, state: { arn: role(name) } };
});

function call(service: string, operation: string, more: Partial<RecordedCall>): RecordedCall {
  const at = { time: "2026-11-10T19:00:00.000Z", accessKeyId: "ASIA", status: 200, error: null };
  return { ...at, service, operation, parameters: {}, tags: {}, role: spoke.roleName, ...more };
}

const there = { account, region: "eu-west-1" };
const denied = (...calls: RecordedCall[]) => reviewCalls(calls, resources, home, [spoke]).denied;

describe("a call by the role of a spoke", () => {
  test("is judged by the spoke's template", () => {
    const ImageId = "ami-1";
    const disabling = (stage: string) =>
      call("ec2", "DisableImage", {
        ...there,
        parameters: { ImageId },
        tags: { [ImageId]: { "eks-windows-images:stage": stage } },
      });

    expect(denied(disabling("production"))).toEqual([]);
    expect(denied(disabling("test"))).toHaveLength(1);
  });

  test("is denied in a Region that the spoke does not list", () => {
    expect(denied(call("ec2", "DescribeImages", there))).toEqual([]);
    expect(denied(call("ec2", "DescribeImages", { ...there, region: "eu-west-2" }))).toEqual([
      "role eks-windows-images-production-place called ec2:DescribeImages: NothingElsewhere denies it",
    ]);
  });

  test.each([
    ["of another account", { ...there, account: "310987654321" }],
    ["of home", { region: "eu-west-1" }],
  ])("is denied if the role is one %s", (_, where) => {
    expect(denied(call("ec2", "DescribeImages", where))).toHaveLength(1);
  });

  test("counts the spoke's grants", () => {
    const { unused, used } = reviewCalls([call("ec2", "DescribeImages", there)], resources, home, [spoke]);

    expect(used).toEqual([{ role: "SpokeRole", action: "ec2:DescribeImages", resources: ["*"] }]);
    expect(unused.filter((grant) => grant.role === "SpokeRole").map(({ action }) => action)).toContain("ec2:CopyImage");
  });
});

describe("a role is assumed", () => {
  const assuming = (by: string, RoleArn: string, ExternalId?: string) =>
    call("sts", "AssumeRole", {
      role: by,
      parameters: { RoleArn, RoleSessionName: "s", ...(ExternalId && { ExternalId }) },
    });
  const id = "eks-windows-images:production";

  test("of a spoke with its external ID, by those whom it trusts", () => {
    for (const by of ["reconcile", "api"]) expect(denied(assuming(by, spoke.roleArn, id))).toEqual([]);
  });

  test.each([
    ["without the external ID", assuming("reconcile", spoke.roleArn)],
    ["with another stage's external ID", assuming("reconcile", spoke.roleArn, "eks-windows-images:test")],
    ["by a role that the spoke does not trust", assuming("build", spoke.roleArn, id)],
    ["by a role that the deployment's own role does not trust", assuming("api", role("places"))],
    ["if it is nobody's", assuming("reconcile", role("gone"))],
  ])("and denied %s", (_, one) => {
    expect(denied(one)).toHaveLength(1);
  });

  test("of the deployment by those whom it trusts", () => {
    expect(denied(assuming("reconcile", role("places")))).toEqual([]);
  });
});

test.each([
  [{ Regions: "eu-west-1", HomeKeyArn: "alias/images" }, "HomeKeyArn"],
  [{ Copies: "yes" }, "Copies"],
])("values that the template refuses are refused: %j", (parameters, name) => {
  const roles = { HubReconcileRoleArn: role("reconcile"), HubApiRoleArn: role("api") };
  const usual = { Regions: "eu-west-1", HomeKeyArn: "arn:aws:kms:us-east-1:123456789012:key/1" };
  expect(() => spokeOf(account, { ...roles, ...usual, ...parameters })).toThrow(name);
});
