import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { statementsOf } from "../../local/policies/policy.ts";
import { requestsOf } from "../../local/policies/requests.ts";
import { judge, type Request } from "../../local/policies/verdict.ts";
import { image, ours, snapshot, tagging } from "./denials/asks.ts";
import { spokeArn, usEast, withPlaces } from "./deployments.ts";
import { type Graph, root } from "./graph.ts";

let graph: Graph;
beforeAll(async () => {
  graph = await withPlaces();
});

const [, snippet = ""] =
  /<!-- scp -->\n```json\n([\s\S]*?)```/.exec(readFileSync(join(root, "docs/security.md"), "utf8")) ?? [];
const everything = { sid: undefined, effect: "Allow" as const, principal: undefined, actions: ["*"], resources: ["*"] };

/** Whether an identity that may do everything can make the call under the organization's policy. */
function may(arn: string, operation: "CreateTags" | "DeleteTags", tags: Record<string, string>, on = ours, id = image) {
  const [request] = requestsOf(tagging("ApiRole", operation, tags, on, id) as never, usEast as never);
  if (!request) throw new Error("the call needs no permission");
  return judged(arn, request);
}

function judged(arn: string, request: Request): boolean {
  const context = { ...request.context, "aws:principalarn": [arn] };
  return judge([{ ...everything, conditions: {} }, ...statementsOf(snippet)], { ...request, context }).allowed;
}

const tags = ["revoked", "approved", "published-stable", "proof", "input:baseAmi", "stage"];
const guards = [
  "s3:PutBucketPolicy",
  "s3:DeleteBucketPolicy",
  "s3:PutLifecycleConfiguration",
  "s3:PutReplicationConfiguration",
];
const deployer = "arn:aws:iam::123456789012:role/deployer";
const others = ["arn:aws:iam::123456789012:role/ci", "arn:aws:iam::123456789012:user/ann"];

describe("the service control policy of docs/security.md", () => {
  test.each(tags)("lets the service's roles and nobody else write and delete the tag %s", (name) => {
    const tag = { [`eks-windows-images:${name}`]: "x" };
    const own = ["ApiRole", "BuildRole", "PlacesRole", "ReconcileRole"].map((role) =>
      String(graph.named(role).state.arn),
    );
    const roles = [...own, spokeArn];

    for (const operation of ["CreateTags", "DeleteTags"] as const)
      for (const id of [image, snapshot]) {
        expect(roles.map((role) => may(role, operation, tag, ours, id))).toEqual(roles.map(() => true));
        expect(others.map((other) => may(other, operation, tag, ours, id))).toEqual([false, false]);
        expect(others.map((other) => may(other, operation, { ...tag, Name: "x" }, {}, id))).toEqual([false, false]);
      }
  });

  test.each(guards)("lets nobody but the role that deploys call %s on the bucket", (action) => {
    const bucket = String(graph.named("ArtifactsBucket").state.arn);
    const roles = ["ApiRole", "BuildRole", "ReconcileRole"].map((role) => String(graph.named(role).state.arn));
    const able = (resource: string) =>
      [deployer, ...others, ...roles].filter((arn) => judged(arn, { action, resource, context: {} }));

    expect(able(bucket)).toEqual([deployer]);
    expect(able("arn:aws:s3:::another")).toEqual([deployer, ...others, ...roles]);
  });

  test("fits into the 5,120 characters that Organizations accepts, without spaces", () => {
    expect(JSON.stringify(JSON.parse(snippet)).length).toBeLessThanOrEqual(5120);
  });

  test("leaves every other tag alone", () => {
    expect(others.map((other) => may(other, "CreateTags", { Name: "x" }))).toEqual([true, true]);
    expect(others.map((other) => may(other, "DeleteTags", { Name: "x" }))).toEqual([true, true]);
  });

  test("lets nobody delete all tags of the service's images at once", () => {
    expect(others.map((other) => may(other, "DeleteTags", {}))).toEqual([false, false]);
    expect(others.map((other) => may(other, "DeleteTags", {}, {}))).toEqual([true, true]);
  });
});
