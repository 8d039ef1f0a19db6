import { beforeAll, describe, expect, test } from "vitest";
import { statementsOf } from "../../local/policies/policy.ts";
import { policiesOf } from "../../local/policies/review.ts";
import { judge } from "../../local/policies/verdict.ts";
import { accountId as account, withFleets } from "./deployments.ts";
import type { Graph } from "./graph.ts";

let graph: Graph;
beforeAll(async () => {
  graph = await withFleets();
});

const writers = {
  "reports/ami-1/report.json": ["BuildRole"],
  "harvest/ami-1/manifest.json": ["HarvestRole"],
  "announced/a": ["ReconcileRole"],
  "records/proofs/ami-1/made-a-b": ["BuildRole"],
  "records/measures/ami-1/start-220000-a": ["BuildRole"],
  "records/adoptions/ami-1/passed-a-b": ["ApiRole"],
  "records/approvals/ami-1/a": ["ApiRole"],
  "records/publications/ami-1/stable-a": ["ReconcileRole"],
  "records/exemptions/ami-1/a": ["ReconcileRole"],
  "records/retirements/ami-1/a": ["ReconcileRole"],
  "records/withdrawals/ami-1/a": ["ReconcileRole"],
  "records/revocations/ami-1/a": ["ApiRole", "ReconcileRole"],
  "records/unrevocations/ami-1/a": ["ApiRole"],
  "records/rollouts/web/a": ["ReconcileRole"],
  "records/refusals/web/a": ["ReconcileRole"],
  "records/endings/web/a": ["ReconcileRole"],
  "records/arrivals/web/ami-1": ["ReconcileRole"],
  "records/sights/web/lost_managed-node-group%2Fmain%2Fweb": ["ReconcileRole"],
  "records/rollout-orders/web/ami-1": ["ApiRole"],
  "records/releases/web/released": ["ApiRole"],
};
const roles = ["ApiRole", "BuildRole", "FleetsRole", "GuestRole", "HarvestRole", "ReconcileRole"];
const deleting = ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:ReplicateDelete"];
const everything = { sid: undefined, effect: "Allow" as const, principal: undefined, actions: ["*"], resources: ["*"] };

/** Whether a caller with this policy may call S3 about the key, given the policy of the bucket. */
function may(action: string, key: string, caller: string, own = [{ ...everything, conditions: {} }]): boolean {
  const bucket = statementsOf(String(graph.named("ArtifactsPolicy").inputs.policy));
  const resource = `${graph.named("ArtifactsBucket").state.arn}/${key}`;
  const context = { "aws:principalarn": [caller], "aws:securetransport": ["true"] };
  return judge([...own, ...bucket], { action, resource, context, principal: { type: "AWS", id: caller } }).allowed;
}

function arnOf(role: string): string {
  return `arn:aws:iam::${account}:role/${graph.named(role).inputs.name}`;
}

describe.each(Object.entries(writers))("%s", (key, writing) => {
  test(`is written by ${writing.join(" and ")} only, by their own policies`, () => {
    const policies = policiesOf(graph.resources);

    const able = roles.filter((role) => {
      const own = policies.get(String(graph.named(role).inputs.name)) ?? [];
      return may("s3:PutObject", key, arnOf(role), own as never);
    });

    expect(able).toEqual(writing);
  });

  test("is written by no other identity, even if that may do everything in the account", () => {
    const others = [
      `arn:aws:iam::${account}:role/ci`,
      `arn:aws:iam::${account}:user/ann`,
      `arn:aws:iam::${account}:root`,
    ];

    for (const action of ["s3:PutObject", "s3:ReplicateObject"]) {
      expect(roles.filter((role) => may(action, key, arnOf(role)))).toEqual(writing);
      for (const other of others) {
        expect(may(action, key, other)).toBe(false);
        expect(may(action, "source/a.zip", other)).toBe(true);
      }
    }
  });

  test.each(deleting)("can be deleted by nobody (%s)", (action) => {
    for (const identity of [...roles.map(arnOf), `arn:aws:iam::${account}:role/admin`]) {
      expect(may(action, key, identity)).toBe(false);
      expect(may(action, "unprotected/a", identity)).toBe(true);
    }
  });
});

test.each([
  ["a pause", "records/pauses/_everything"],
  ["a hold", "records/holds/web"],
])("%s begins and ends by the api only, even against identities that may do everything in the account", (_, key) => {
  for (const action of ["s3:PutObject", "s3:ReplicateObject", ...deleting]) {
    const able = [...roles.map(arnOf), `arn:aws:iam::${account}:role/ci`, `arn:aws:iam::${account}:root`].filter(
      (identity) => may(action, key, identity),
    );
    expect(able).toEqual([arnOf("ApiRole")]);
  }
});

test.each(["records/a", "records/unknown/ami-1/a"])("%s, a record of no known kind, is written by nobody", (key) => {
  const policies = policiesOf(graph.resources);

  for (const action of ["s3:PutObject", "s3:ReplicateObject"]) {
    expect(may(action, key, `arn:aws:iam::${account}:role/ci`)).toBe(false);
    expect(may(action, key, arnOf("GuestRole"))).toBe(false);
  }
  for (const role of roles) {
    const own = policies.get(String(graph.named(role).inputs.name)) ?? [];
    expect(may("s3:PutObject", key, arnOf(role), own as never)).toBe(false);
  }
});

test("a source that waiting builds need is deleted by nobody", () => {
  for (const action of deleting) expect(may(action, "source/a.zip", `arn:aws:iam::${account}:role/admin`)).toBe(false);
});

test("the policy fits into the 20 KB that S3 accepts, with the longest names of roles", () => {
  const policy = String(graph.named("ArtifactsPolicy").inputs.policy);
  const longest = policy.replaceAll(/:role\/[^"]+/g, `:role/${"r".repeat(64)}`);

  expect(longest.length).toBeLessThan(20 * 1024);
});
