import { beforeAll, describe, expect, test } from "vitest";
import { statementsOf as policyStatements, type Statement } from "../../local/policies/policy.ts";
import { policiesOf } from "../../local/policies/review.ts";
import { statementsOfSpoke } from "../../local/policies/spoke.ts";
import { judge } from "../../local/policies/verdict.ts";
import {
  accountId,
  otherAccount,
  places,
  spokeArn,
  usEast,
  volumeKeyArn,
  withFastLaunch,
  withPlaces,
} from "./deployments.ts";
import { type Graph, list } from "./graph.ts";
import { always, copying, ofFastLaunch, ofProofs } from "./place-calls.ts";
import { everySwitch, hubMay, hubRoles, type May, spoke, spokeMay } from "./place-roles.ts";

let without: Graph;
let graph: Graph;
let all: Graph;
const everything = places.map((place) => ({ ...place, prove: true, fastLaunch: place.method === "copy" }));
beforeAll(async () => {
  [without, graph, all] = await Promise.all([
    withFastLaunch(usEast, { volumeKeyArn }),
    withPlaces(),
    withPlaces(everything),
  ]);
});

function environmentOf(name: string, of = graph): Record<string, string> {
  return (of.named(name).inputs.environment as { variables: Record<string, string> }).variables;
}

function roleStatements(name: string, of = graph): Statement[] {
  return policiesOf(of.resources).get(String(of.named(name).inputs.name)) ?? [];
}

const added = ["PlacesObserved1", "PlacesReconciled1", "PlacesRole", "PlacesCopied1", "PlacesKeys1"];

/** SST ends the names of buckets, queues and topics in letters of its own in each deployment. */
function withoutChance(value: unknown): string {
  return JSON.stringify(value).replaceAll(/(bucket|Queue|Topic)-[a-z]{8}/g, "$1");
}

describe("a deployment without places", () => {
  test("has all resources of one with places but for a role and its policies", () => {
    const names = (of: Graph) => of.resources.map(({ name }) => name);

    expect(
      names(graph)
        .filter((name) => !names(without).includes(name))
        .sort(),
    ).toEqual(added.sort());
    expect(names(without).filter((name) => !names(graph).includes(name))).toEqual([]);
  });

  test("differs in nothing else but the role's name and the policies that name it", () => {
    const known = new Map(without.resources.map(({ type, name, inputs }) => [`${type} ${name}`, inputs]));
    const changed = graph.resources.flatMap(({ type, name, inputs }) => {
      const before = known.get(`${type} ${name}`);
      if (!before) return [];
      const keys = Object.keys(inputs).filter((key) => withoutChance(inputs[key]) !== withoutChance(before[key]));
      return keys.map((key) => `${name} ${key}`);
    });

    expect(changed.sort()).toEqual([
      "ApiFunction environment",
      "ApiRole managedPolicyArns",
      "ReconcileFunction environment",
      "ReconcileRole managedPolicyArns",
    ]);
    expect(environmentOf("ApiFunction", without)).not.toHaveProperty("PLACES_ROLE");
  });
});

test("the functions know the role for this account's places, which exists only with one", async () => {
  for (const name of ["ReconcileFunction", "ApiFunction"])
    expect(environmentOf(name).PLACES_ROLE).toBe(graph.named("PlacesRole").state.arn);

  const others = await withPlaces(places.filter(({ account }) => account));
  expect(environmentOf("ReconcileFunction", others)).not.toHaveProperty("PLACES_ROLE");
  expect(others.resources.map(({ name }) => name)).not.toContain("PlacesRole");
});

const roles: [string, () => May, () => May][] = [
  ["the hub's role", () => hubMay(graph), () => hubMay(all)],
  ["the spoke's role", () => spokeMay(), () => spokeMay(everySwitch)],
];

describe.each(roles)("%s", (_, plain, full) => {
  test.each(always)("never %s", (_what, denied, allowed) => {
    for (const may of [plain(), full()]) {
      expect(may(allowed)).toBe(true);
      expect(may(denied)).toBe(false);
    }
  });

  test.each([...ofProofs, ...ofFastLaunch])(
    "never %s, even where places prove and have Fast Launch",
    (_what, denied, allowed) => {
      expect(full()(allowed)).toBe(true);
      expect(full()(denied)).toBe(false);
      expect(plain()(allowed)).toBe(false);
    },
  );
});

function actionsOf(statements: readonly Statement[]): string[] {
  return [...new Set(statements.filter(({ effect }) => effect === "Allow").flatMap(({ actions }) => actions))].sort();
}

test("the spoke's role may do what the hub's role may", () => {
  expect(actionsOf(statementsOfSpoke(spoke()))).toEqual(actionsOf(roleStatements("PlacesRole")));
  expect(actionsOf(statementsOfSpoke(spoke(everySwitch)))).toEqual(actionsOf(roleStatements("PlacesRole", all)));
});

test("the hub's role changes nothing at home", () => {
  expect(hubMay(all)({ ...copying(), region: "us-east-1" })).toBe(false);
});

describe("a role of places is trusted", () => {
  const externalId = { "sts:externalid": ["eks-windows-images:production"] };
  const admin = `arn:aws:iam::${accountId}:role/admin`;
  const able = (trust: string, arn: string, context = {}) =>
    [...Object.values(hubRoles), admin].filter(
      (id) =>
        judge(policyStatements(trust), {
          action: "sts:AssumeRole",
          resource: arn,
          context: { ...context, "aws:principalarn": [id] },
          principal: { type: "AWS", id },
        }).allowed,
    );

  test("at home by reconcile and api, and by builds only if a place proves", () => {
    const at = (of: Graph) => able(String(of.named("PlacesRole").inputs.assumeRolePolicy), "x");

    expect(at(graph)).toEqual([hubRoles.reconcile, hubRoles.api]);
    expect(at(all)).toEqual(Object.values(hubRoles));
  });

  test("elsewhere with the external ID of the stage only", () => {
    expect(able(spoke().trust, spokeArn, externalId)).toEqual([hubRoles.reconcile, hubRoles.api]);
    expect(able(spoke(everySwitch).trust, spokeArn, externalId)).toEqual(Object.values(hubRoles));
    expect(able(spoke(everySwitch).trust, spokeArn)).toEqual([]);
    expect(able(spoke(everySwitch).trust, spokeArn, { "sts:externalid": ["eks-windows-images:test"] })).toEqual([]);
    expect(able(spoke({ Stage: "test" }).trust, spokeArn, externalId)).toEqual([]);
  });
});

test.each([
  ["the hub's", () => roleStatements("PlacesRole", all)],
  ["the spoke's", () => statementsOfSpoke(spoke({ ...everySwitch, ...fleets }))],
])("what %s role may do outside of KMS and IAM ends at the Regions of places", (_, statements) => {
  const denial = statements().find(({ sid }) => sid === "NothingElsewhere");
  const services = actionsOf(statements()).map((action) => action.split(":")[0] ?? "");

  const limited = list(denial?.actions).map((action) => action.replace(":*", ""));
  expect([...new Set(services)].filter((service) => !limited.includes(service)).sort()).toEqual(["iam", "kms"]);
});

const fleets = {
  Clusters: "blue",
  NodeGroups: "blue/web,blue/batch",
  AutoScalingGroups: "pool",
  LaunchTemplates: "lt-00000001,lt-00000002",
  NodeRoles: "nodes",
  FleetParameters: "true",
};

const regions = [
  ...["af-south-1", "ap-east-1", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1"],
  ...["ap-southeast-2", "ca-central-1", "eu-central-1", "eu-north-1", "eu-south-1", "eu-west-1", "eu-west-2"],
  ...["eu-west-3", "me-south-1", "sa-east-1", "us-east-2", "us-west-1", "us-west-2"],
];

test("the policies fit into IAM's quotas with as many places as a configuration may have", async () => {
  const keyOf = (region: string) => `arn:aws:kms:${region}:${accountId}:key/1123abcd-0123-4567-89ab-0123456789ab`;
  const own = regions.map((region) => ({ name: region, region, method: "copy" as const, kmsKeyArn: keyOf(region) }));
  const others = regions.map((region, index) => {
    const account = String(100_000_000_000 + index);
    return { name: region, region, account, roleArn: spokeArn.replace(otherAccount, account), method: "copy" as const };
  });
  expect(own).toHaveLength(20);

  for (const some of [own, others]) {
    const large = await withPlaces(some.map((place) => ({ ...place, prove: true, fastLaunch: true })));
    for (const { name, inputs } of large.ofType("aws:iam/policy:Policy"))
      expect(String(inputs.policy).length, name).toBeLessThanOrEqual(6144);
  }
  const { policies } = spoke({ ...everySwitch, ...fleets, PlaceKeyArns: regions.map(keyOf).join(",") });
  for (const policy of policies) expect(policy.length).toBeLessThanOrEqual(6144);
});
