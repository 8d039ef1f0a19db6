import { beforeAll, describe, expect, test } from "vitest";
import type { ConfigurationInput } from "../../functions/config/configuration.ts";
import { statementsOf } from "../../local/policies/policy.ts";
import { policiesOf } from "../../local/policies/review.ts";
import { judge } from "../../local/policies/verdict.ts";
import { accountId, usEast, usual, variants, volumeKeyArn } from "./deployments.ts";
import { type Graph, graphOf } from "./graph.ts";

const spoke = (account: string) => `arn:aws:iam::${account}:role/spoke`;
const of = (account: string) => ({ account, roleArn: spoke(account), method: "copy" as const });
const own = { method: "copy" as const };
const places: NonNullable<ConfigurationInput["places"]> = [
  { name: "frankfurt", region: "eu-central-1", prove: true, ...of("210987654321") },
  { name: "paris", region: "eu-west-3", prove: true, ...of("210987654321") },
  { name: "stockholm", region: "eu-north-1", ...of("310987654321") },
  { name: "tokyo", region: "ap-northeast-1", prove: true, ...own },
];
const record = "records/place-proofs/ami-1/frankfurt_passed-a";

const withPlaces = (given: typeof places) =>
  graphOf({ variants, places: given, policies: { volumeKeyArn } }, "production", usEast);

let proving: Graph;
let copying: Graph;
let none: Graph;
beforeAll(async () => {
  const unproved = places.map((place) => ({ ...place, prove: false }));
  [proving, copying, none] = await Promise.all([withPlaces(places), withPlaces(unproved), usual()]);
});

function may(graph: Graph, action: string, resource: string): boolean {
  const policies = policiesOf(graph.resources).get(String(graph.named("BuildRole").inputs.name)) ?? [];
  return judge(policies, { action, resource, context: {} }).allowed;
}

function ownRole(graph: Graph): string {
  return `arn:aws:iam::${accountId}:role/${String(graph.named("BuildRole").inputs.name).replace(/build$/, "places")}`;
}

describe("the build role", () => {
  test("assumes the roles of the places that prove, and no others", () => {
    for (const role of [spoke("210987654321"), ownRole(proving)])
      expect(may(proving, "sts:AssumeRole", role)).toBe(true);
    for (const role of [spoke("310987654321"), `arn:aws:iam::${accountId}:role/admin`])
      expect(may(proving, "sts:AssumeRole", role)).toBe(false);
  });

  test("records proofs in places only where there are any", () => {
    const bucket = (graph: Graph) => String(graph.named("ArtifactsBucket").state.arn);

    expect(may(proving, "s3:PutObject", `${bucket(proving)}/${record}`)).toBe(true);
    expect(may(copying, "s3:PutObject", `${bucket(copying)}/${record}`)).toBe(false);
  });

  test.each(["without places", "with places that do not prove"])("is as it was %s", (which) => {
    const graph = which === "without places" ? none : copying;

    expect(may(graph, "sts:AssumeRole", spoke("210987654321"))).toBe(false);
    expect(may(graph, "sts:AssumeRole", ownRole(graph))).toBe(false);
  });
});

test.each(["s3:PutObject", "s3:ReplicateObject"])(
  "no other identity may write the record of such a proof (%s)",
  (action) => {
    const bucket = statementsOf(String(none.named("ArtifactsPolicy").inputs.policy));
    const resource = `${none.named("ArtifactsBucket").state.arn}/${record}`;
    const everything = {
      sid: undefined,
      effect: "Allow" as const,
      principal: undefined,
      actions: ["*"],
      resources: ["*"],
    };
    const able = ["BuildRole", "ApiRole", "ReconcileRole"].filter((role) => {
      const id = `arn:aws:iam::${accountId}:role/${none.named(role).inputs.name}`;
      const context = { "aws:principalarn": [id], "aws:securetransport": ["true"] };
      const request = { action, resource, context, principal: { type: "AWS" as const, id } };
      return judge([{ ...everything, conditions: {} }, ...bucket], request).allowed;
    });

    expect(able).toEqual(["BuildRole"]);
  },
);
