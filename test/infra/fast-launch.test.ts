import { beforeAll, describe, expect, test } from "vitest";
import type { ConfigurationInput } from "../../functions/config/configuration.ts";
import { statementsOf as policyStatements } from "../../local/policies/policy.ts";
import { policiesOf } from "../../local/policies/review.ts";
import { judge } from "../../local/policies/verdict.ts";
import { accountId, network, snapshots, subnet, usual, variants, volumeKeyArn, withFastLaunch } from "./deployments.ts";
import { type Graph, graphOf, statementsOf } from "./graph.ts";

let without: Graph;
let graph: Graph;
beforeAll(async () => {
  [without, graph] = await Promise.all([usual(), withFastLaunch()]);
});

type Policies = NonNullable<ConfigurationInput["policies"]>;

function withPolicy(policies: Omit<Policies, "fastLaunch"> = {}, fastLaunch: Policies["fastLaunch"] = {}) {
  return graphOf({ variants, policies: { ...policies, fastLaunch } }, "production");
}

function environmentOf(name: string, of = graph): Record<string, string> {
  return (of.named(name).inputs.environment as { variables: Record<string, string> }).variables;
}

describe("without the policy", () => {
  test("nothing of it exists, and no role may ask EC2 for it", () => {
    expect(without.resources.filter(({ name }) => /FastLaunch/.test(name))).toEqual([]);
    const all = JSON.stringify([...policiesOf(without.resources).values()].flat().map(({ actions }) => actions));
    expect(all).not.toMatch(/FastLaunch|sts:AssumeRole/);
    for (const name of ["ReconcileFunction", "ApiFunction"])
      expect(Object.keys(environmentOf(name, without)).filter((key) => key.startsWith("FAST_"))).toEqual([]);
  });
});

describe("the role for it", () => {
  test("can be assumed by reconcile's role, and by no other identity or service", () => {
    const { inputs, state } = graph.named("FastLaunchRole");
    const trust = policyStatements(String(inputs.assumeRolePolicy));
    const callers = ["ReconcileRole", "ApiRole"].map((name) => String(graph.named(name).state.arn));
    const may = [...callers, `arn:aws:iam::${accountId}:role/admin`].filter(
      (id) =>
        judge(trust, {
          action: "sts:AssumeRole",
          resource: String(state.arn),
          context: {},
          principal: { type: "AWS", id },
        }).allowed,
    );

    expect(may).toEqual([callers[0]]);
    expect(environmentOf("ReconcileFunction")).toMatchObject({
      FAST_LAUNCH_ROLE: state.arn,
      FAST_LAUNCH_TEMPLATE: `${snapshots.id}:${snapshots.version}`,
    });
    expect(environmentOf("ApiFunction")).not.toHaveProperty("FAST_LAUNCH_ROLE");
  });

  test("may use the user's key only if the configuration names it", async () => {
    const keys = (of: Graph) => JSON.stringify(of.named("FastLaunchRole").inputs).includes(volumeKeyArn);

    expect(keys(await withPolicy({ volumeKeyArn }))).toBe(true);
    expect(keys(graph)).toBe(false);
  });
});

describe("the launch template", () => {
  test("is the deployment's own unless the configuration names one: IMDSv2, no connections, no user data", async () => {
    const own = await withPolicy();

    expect(own.named("FastLaunchTemplate").inputs).toMatchObject({
      instanceType: "t3.xlarge",
      metadataOptions: { httpEndpoint: "enabled", httpTokens: "required" },
      vpcSecurityGroupIds: [own.named("FastLaunchSecurityGroup").id],
    });
    expect(own.named("FastLaunchTemplate").inputs).not.toHaveProperty("userData");
    for (const direction of ["ingress", "egress"])
      expect(own.named("FastLaunchSecurityGroup").inputs).not.toHaveProperty(direction);
    expect(graph.resources.map(({ name }) => name)).not.toContain("FastLaunchTemplate");
  });

  test.each<[string, Policies["network"], string]>([
    ["the user's VPC", network, network.vpcId],
    ["the user's subnet", { kind: "public", subnetId: subnet }, subnet.replace("subnet-", "vpc-")],
  ])("stays in %s", async (_, own, vpcId) => {
    const within = await withPolicy({ network: own });

    expect(within.named("FastLaunchTemplate").inputs).toMatchObject({ networkInterfaces: [{ subnetId: subnet }] });
    expect(within.named("FastLaunchSecurityGroup").inputs).toMatchObject({ vpcId });
  });

  test("of the user's stops the deployment if it names an instance profile, or does not exist", async () => {
    const template = { template: snapshots.id, profiles: ["nodes"] };
    const named = (version: string) =>
      graphOf(
        { variants, policies: { fastLaunch: { launchTemplate: { ...snapshots, version } } } },
        "production",
        undefined,
        undefined,
        { snapshots: template },
      );

    await expect(named("1")).rejects.toThrow(/version 1 of lt-0123456789abcdef0 has an instance profile/);
    await expect(named("2")).rejects.toThrow(/version 2 of lt-0123456789abcdef0/);
  });
});

describe("EC2's changes", () => {
  test("trigger a reconcile run, and the queue takes them", () => {
    const { inputs, state } = graph.named("FastLaunchChanged");
    expect(JSON.parse(String(inputs.eventPattern))).toEqual({
      source: ["aws.ec2"],
      "detail-type": ["EC2 Fast Launch State-change Notification"],
    });

    const [allowed] = statementsOf(graph.named("TriggersPolicy").inputs.policy).filter(
      ({ Effect }) => Effect === "Allow",
    );
    expect(allowed?.Condition?.ArnEquals?.["aws:SourceArn"]).toContain(state.arn);
  });
});

test("an alarm starts when EC2 has failed in two periods, and tells operators", () => {
  const { alarmDescription, ...alarm } = graph.named("FastLaunchAlarm").inputs;

  expect(alarm).toMatchObject({
    metricName: "FastLaunchFailures",
    threshold: 0,
    evaluationPeriods: 2,
    treatMissingData: "notBreaching",
    alarmActions: [graph.named("OperationsTopic").state.arn],
  });
  expect(String(alarmDescription).length).toBeLessThanOrEqual(1024);
  expect(String(graph.named("OperationsPolicy").inputs.policy)).toContain(String(alarm.name));
});

test("only reconcile writes the records of it", () => {
  const { policy } = graph.named("ArtifactsPolicy").inputs;
  const denied = statementsOf(policy).filter(
    ({ Effect, Resource }) => Effect === "Deny" && JSON.stringify(Resource).includes("records/fast-launches/"),
  );

  expect(JSON.stringify(denied)).toContain(String(graph.named("ReconcileRole").inputs.name));
});
