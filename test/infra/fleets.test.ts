import { beforeAll, describe, expect, test } from "vitest";
import { channelNames } from "../../functions/config/channel-names.ts";
import { usualGroup, usualProfile } from "../../local/deploy/group-look-ups.ts";
import type { Statement } from "../../local/policies/policy.ts";
import { statementsOf as policyStatements } from "../../local/policies/policy.ts";
import { policiesOf } from "../../local/policies/review.ts";
import { judge } from "../../local/policies/verdict.ts";
import { accountId, fleets, usual, variants, volumeKeyArn, withFleets } from "./deployments.ts";
import { type Graph, graphOf } from "./graph.ts";

let without: Graph;
let graph: Graph;
beforeAll(async () => {
  [without, graph] = await Promise.all([usual(), withFleets()]);
});

const variant = "windows-2022-core-1.35";
const rolled = { variant, mode: "roll", window: "always" } as const;

function environmentOf(name: string, of = graph): Record<string, string> {
  return (of.named(name).inputs.environment as { variables: Record<string, string> }).variables;
}

function statementsOf(role: string, of = graph): Statement[] {
  return policiesOf(of.resources).get(String(of.named(role).inputs.name)) ?? [];
}

/** The resources on which the fleets' role may perform an action. */
function resourcesOf(action: string, of = graph): string[] {
  return statementsOf("FleetsRole", of)
    .filter(({ actions }) => actions.includes(action))
    .flatMap(({ resources }) => resources);
}

function templateArn(template: string | undefined): string {
  return `arn:aws:ec2:us-east-1:${accountId}:launch-template/${template}`;
}

describe("the functions", () => {
  test("know the prefix of fleets' parameters, and only reconcile knows the role", () => {
    const prefix = "/eks-windows-images/production/fleets";

    expect(environmentOf("ReconcileFunction")).toMatchObject({
      FLEETS_PREFIX: prefix,
      FLEETS_ROLE: graph.named("FleetsRole").state.arn,
    });
    expect(environmentOf("ApiFunction").FLEETS_PREFIX).toBe(prefix);
    expect(environmentOf("ApiFunction")).not.toHaveProperty("FLEETS_ROLE");
  });

  test("have nothing of fleets without any but the prefix", () => {
    for (const name of ["ReconcileFunction", "ApiFunction"]) {
      expect(environmentOf(name, without)).not.toHaveProperty("FLEETS_ROLE");
      expect(Object.keys(environmentOf(name, without)).filter((key) => key.startsWith("FLEETS"))).toEqual([
        "FLEETS_PREFIX",
      ]);
    }
    const policies = [...policiesOf(without.resources).values()].flat();
    const text = JSON.stringify(policies.map(({ actions, resources }) => [actions, resources]));
    expect(text).not.toMatch(/autoscaling|cloudwatch|sts:|fleets|nodegroup|records\/(holds|rollout|arrivals|releases)/);
    expect(without.resources.filter(({ name }) => /Fleet|NodesOld/.test(name))).toEqual([]);
  });

  test("have no right in groups of places, whose roles have them, and keep the records of their fleets", async () => {
    const account = "210987654321";
    const roleArn = `arn:aws:iam::${account}:role/place`;
    const ireland = { name: "ireland", region: "eu-west-1", method: "copy" as const, account, roleArn };
    const places = [{ ...ireland, channels: [...channelNames] }];
    const elsewhere = fleets.map((fleet) => ({ ...fleet, place: "ireland" }));
    const away = await graphOf({ variants, places, fleets: elsewhere, policies: { volumeKeyArn } }, "production");

    expect(away.resources.map(({ name }) => name)).not.toContain("FleetsRole");
    expect(environmentOf("ReconcileFunction", away)).not.toHaveProperty("FLEETS_ROLE");
    const ofFunctions = ["ReconcileRole", "ApiRole"].map((role) =>
      JSON.stringify(statementsOf(role, away).map(({ actions, resources }) => [actions, resources])),
    );
    for (const text of ofFunctions) expect(text).not.toMatch(/autoscaling|cloudwatch|nodegroup|eks:|\/fleets/);
    expect(ofFunctions[0]).toContain("records/rollouts/*");
    expect(ofFunctions[1]).toContain("records/rollout-orders/*");
    expect(ofFunctions[1]).toContain("records/holds/*");
  });

  test("have no role for fleets that are only watched, or that Karpenter moves", async () => {
    const quiet = fleets.filter(({ kind, mode }) => mode !== "roll" || kind === "karpenter");
    const watching = await graphOf({ variants, fleets: quiet }, "production");

    expect(watching.resources.map(({ name }) => name)).not.toContain("FleetsRole");
    expect(environmentOf("ReconcileFunction", watching)).not.toHaveProperty("FLEETS_ROLE");
    expect(JSON.stringify(statementsOf("ReconcileRole", watching))).not.toContain("sts:AssumeRole");
  });
});

describe("the fleets' role", () => {
  test("can be assumed by reconcile's role, and by no other identity or service", () => {
    const { inputs, state } = graph.named("FleetsRole");
    const trust = policyStatements(String(inputs.assumeRolePolicy));
    const callers = [
      { type: "AWS" as const, id: String(graph.named("ReconcileRole").state.arn) },
      { type: "AWS" as const, id: String(graph.named("ApiRole").state.arn) },
      { type: "AWS" as const, id: `arn:aws:iam::${accountId}:role/admin` },
      { type: "AWS" as const, id: `arn:aws:iam::${accountId}:root` },
      { type: "AWS" as const, id: "arn:aws:iam::210987654321:role/x" },
      { type: "Service" as const, id: "lambda.amazonaws.com" },
    ];

    const able = callers.filter((principal) => {
      const request = { action: "sts:AssumeRole", resource: String(state.arn), context: {}, principal };
      return judge(trust, request).allowed;
    });

    expect(able).toEqual(callers.slice(0, 1));
  });

  test("makes versions of the rolled groups' launch templates, but of none that follows a parameter", () => {
    const templates = ["web", "batch"].map((group) => templateArn(usualGroup(group).template));

    expect(resourcesOf("ec2:CreateLaunchTemplateVersion")).toEqual(templates);
    expect(resourcesOf("ec2:DeleteLaunchTemplateVersions")).toEqual(templates);
  });

  test("passes the roles of Auto Scaling groups, and none for node groups", () => {
    const roles = ["batch", "pointed"].map((group) => `arn:aws:iam::${accountId}:role/${usualProfile(group)}`);

    expect(resourcesOf("iam:PassRole")).toEqual(roles);
  });

  test("passes the role of the version that a group names, by number, $Latest or $Default, also in a mix", async () => {
    const profiles = (index: number) => [
      `first-${index}`,
      `arn:aws:iam::${accountId}:instance-profile/nodes/second-${index}`,
      `third-${index}`,
    ];
    const namings = [
      { version: "2" },
      { version: "$Latest" },
      { version: "$Default" },
      { version: "2", isMixed: true },
    ];
    const groups = Object.fromEntries(
      namings.map((naming, index) => [
        `g${index}`,
        { template: `lt-0123456789abcdef${index}`, profiles: profiles(index), ...naming },
      ]),
    );
    const kind = "auto-scaling-group" as const;
    const all = Object.keys(groups).map((name) => ({ kind, name, group: name, ...rolled }));
    const pinned = await graphOf({ variants, fleets: all }, "production", undefined, undefined, groups);

    expect(resourcesOf("iam:PassRole", pinned)).toEqual(
      ["second-0", "third-1", "first-2", "second-3"].map((role) => `arn:aws:iam::${accountId}:role/${role}`),
    );
  });

  test("is not made without the version that a group names, and the deployment says whose", async () => {
    const group = { kind: "auto-scaling-group" as const, name: "gone", group: "gone", ...rolled };
    const groups = { gone: { template: "lt-0123456789abcdef2", version: "7" } };
    const deploying = graphOf({ variants, fleets: [group] }, "production", undefined, undefined, groups);

    await expect(deploying).rejects.toThrow(/the fleet gone: reading version 7 of lt-0123456789abcdef2/);
  });

  test("may use the launch template of a mixed-instances policy, and passes no role where none is named", async () => {
    const group = { kind: "auto-scaling-group" as const, name: "mixed", group: "mixed", ...rolled };
    const template = "lt-0123456789abcdef0";
    const groups = { mixed: { template, isMixed: true } };
    const mixed = await graphOf({ variants, fleets: [group] }, "production", undefined, undefined, groups);

    expect(resourcesOf("ec2:CreateLaunchTemplateVersion", mixed)).toEqual([templateArn(template)]);
    expect(resourcesOf("iam:PassRole", mixed)).toEqual([]);
    expect(resourcesOf("eks:UpdateNodegroupVersion", mixed)).toEqual([]);
  });

  test.each(["managed-node-group", "auto-scaling-group"] as const)(
    "is refused, with the way out, if a group of the kind %s has no launch template",
    async (kind) => {
      const fleet = { kind, name: "bare", group: "bare", cluster: "blue", ...rolled };
      const deploying = graphOf({ variants, fleets: [fleet] }, "production", undefined, undefined, {
        bare: { template: undefined },
      });

      await expect(deploying).rejects.toThrow(/the fleet bare cannot be rolled.*set mode to "watch"/);
    },
  );
});

test("the policies of as many fleets as a configuration may have fit into IAM's quotas", async () => {
  const many = Array.from({ length: 100 }, (_, index) => {
    const name = `production-windows-web-servers-${index}`;
    const kinds = [
      { kind: "managed-node-group", cluster: `production-frankfurt-${index % 10}` },
      { kind: "auto-scaling-group", parameter: "own" },
      { kind: "auto-scaling-group" },
    ] as const;
    return { ...rolled, ...(kinds[index % 3] as (typeof kinds)[0]), name, group: name };
  });
  const nodeGroups = many.map((fleet) => ({
    ...fleet,
    kind: "managed-node-group" as const,
    cluster: "production-1",
    parameter: undefined,
  }));
  for (const all of [many, nodeGroups]) {
    const large = await graphOf({ variants, fleets: all }, "a-feature-branch");
    for (const { name, inputs } of large.ofType("aws:iam/role:Role"))
      expect(((inputs.managedPolicyArns ?? []) as string[]).length, name).toBeLessThanOrEqual(10);
    for (const { name, inputs } of large.ofType("aws:iam/policy:Policy"))
      expect(String(inputs.policy).length, name).toBeLessThanOrEqual(6144);
  }
});
