import { beforeAll, describe, expect, test } from "vitest";
import { statementsOf } from "../../local/policies/policy.ts";
import { policiesOf } from "../../local/policies/review.ts";
import { judge } from "../../local/policies/verdict.ts";
import { accountId as account, usual } from "./deployments.ts";
import type { Graph } from "./graph.ts";

let graph: Graph;
beforeAll(async () => {
  graph = await usual();
});

const writers = {
  "reports/ami-1/report.json": ["BuildRole"],
  "records/proofs/ami-1/made-a-b": ["BuildRole"],
  "records/adoptions/ami-1/passed-a-b": ["ApiRole"],
  "records/approvals/ami-1/a": ["ApiRole"],
  "records/publications/ami-1/stable-a": ["ReconcileRole"],
  "records/exemptions/ami-1/a": ["ReconcileRole"],
  "records/retirements/ami-1/a": ["ReconcileRole"],
  "records/withdrawals/ami-1/a": ["ReconcileRole"],
  "records/revocations/ami-1/a": ["ApiRole", "ReconcileRole"],
  "records/unrevocations/ami-1/a": ["ApiRole"],
};
const roles = ["ApiRole", "BuildRole", "GuestRole", "HarvestRole", "ReconcileRole"];
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

    expect(roles.filter((role) => may("s3:PutObject", key, arnOf(role)))).toEqual(writing);
    for (const other of others) {
      expect(may("s3:PutObject", key, other)).toBe(false);
      expect(may("s3:PutObject", "source/a.zip", other)).toBe(true);
    }
  });

  test.each(["s3:DeleteObject", "s3:DeleteObjectVersion"])("can be deleted by nobody (%s)", (action) => {
    for (const identity of [...roles.map(arnOf), `arn:aws:iam::${account}:role/admin`]) {
      expect(may(action, key, identity)).toBe(false);
      expect(may(action, "announced/a", identity)).toBe(true);
    }
  });
});

test("a pause begins and ends by the api only, even against identities that may do everything in the account", () => {
  for (const action of ["s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion"]) {
    const able = [...roles.map(arnOf), `arn:aws:iam::${account}:role/ci`, `arn:aws:iam::${account}:root`].filter(
      (identity) => may(action, "records/pauses/_everything", identity),
    );
    expect(able).toEqual([arnOf("ApiRole")]);
  }
});
