import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { statementsOf } from "../../local/policies/policy.ts";
import { requestsOf } from "../../local/policies/requests.ts";
import { judge } from "../../local/policies/verdict.ts";
import { image, ours, snapshot, tagging } from "./denials/asks.ts";
import { usEast, usual } from "./deployments.ts";
import { type Graph, root } from "./graph.ts";

let graph: Graph;
beforeAll(async () => {
  graph = await usual();
});

const [, snippet = ""] =
  /<!-- scp -->\n```json\n([\s\S]*?)```/.exec(readFileSync(join(root, "docs/operations.md"), "utf8")) ?? [];
const everything = { sid: undefined, effect: "Allow" as const, principal: undefined, actions: ["*"], resources: ["*"] };

/** Whether an identity that may do everything can make the call under the organization's policy. */
function may(arn: string, operation: "CreateTags" | "DeleteTags", tags: Record<string, string>, on = ours, id = image) {
  const [request] = requestsOf(tagging("ApiRole", operation, tags, on, id) as never, usEast as never);
  if (!request) throw new Error("the call needs no permission");
  const context = { ...request.context, "aws:principalarn": [arn] };
  return judge([{ ...everything, conditions: {} }, ...statementsOf(snippet)], { ...request, context }).allowed;
}

const tags = ["revoked", "approved", "published-stable", "proof", "input:baseAmi", "stage"];
const others = ["arn:aws:iam::123456789012:role/ci", "arn:aws:iam::123456789012:user/ann"];

describe("the service control policy of docs/operations.md", () => {
  test.each(tags)("lets the service's roles and nobody else write and delete the tag %s", (name) => {
    const tag = { [`eks-windows-images:${name}`]: "x" };
    const roles = ["ApiRole", "BuildRole", "ReconcileRole"].map((role) => String(graph.named(role).state.arn));

    for (const operation of ["CreateTags", "DeleteTags"] as const)
      for (const id of [image, snapshot]) {
        expect(roles.map((role) => may(role, operation, tag, ours, id))).toEqual([true, true, true]);
        expect(others.map((other) => may(other, operation, tag, ours, id))).toEqual([false, false]);
        expect(others.map((other) => may(other, operation, { ...tag, Name: "x" }, {}, id))).toEqual([false, false]);
      }
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
