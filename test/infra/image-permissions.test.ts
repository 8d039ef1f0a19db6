import { beforeAll, describe, expect, test } from "vitest";
import { usual } from "./deployments.ts";
import { type Graph, list, permissionsOf, type Statement } from "./graph.ts";
import { hasTag } from "./statements.ts";

let graph: Graph;
beforeAll(async () => {
  graph = await usual();
});

/** A role's statements about an action, both Allow and Deny. */
function statementsAbout(role: string, action: string): Statement[] {
  return permissionsOf(graph.named(role)).filter(({ Action }) => list(Action).includes(action));
}

function rolesAllowed(action: string): string[] {
  return graph
    .ofType("aws:iam/role:Role")
    .map(({ name }) => name)
    .filter((name) => statementsAbout(name, action).some(({ Effect }) => Effect === "Allow"));
}

describe("an image of this stage, and no other,", () => {
  test.each(["EnableImageDeprecation", "DisableImageDeprecation", "EnableImage", "DisableImage"])(
    "can be retired by reconcile only: %s",
    (action) => {
      expect(rolesAllowed(`ec2:${action}`)).toEqual(["ReconcileRole"]);
      expect(statementsAbout("ReconcileRole", `ec2:${action}`)).toMatchObject([
        { Resource: "arn:aws:ec2:us-east-1::image/*", Condition: { StringEquals: hasTag } },
      ]);
    },
  );

  test.each([
    [
      "what was done with it, by reconcile",
      "ReconcileRole",
      "CreateTags",
      ["published-candidate", "published-stable", "retired-at", "withdrawn-at"],
    ],
    ["no longer what was done with it, by reconcile", "ReconcileRole", "DeleteTags", ["retired-at", "withdrawn-at"]],
    ["what an operator decided, by api", "ApiRole", "CreateTags", ["revoked", "approved"]],
    ["no longer what an operator decided, by api", "ApiRole", "DeleteTags", ["revoked", "approved"]],
  ])("can be tagged with %s, and with nothing else", (_, role, action, tags) => {
    const keys = tags.map((tag) => `eks-windows-images:${tag}`);

    expect(statementsAbout(role, `ec2:${action}`)).toEqual([
      {
        Effect: "Allow",
        Action: role === "ApiRole" ? ["ec2:CreateTags", "ec2:DeleteTags"] : `ec2:${action}`,
        Resource: "arn:aws:ec2:us-east-1::image/*",
        Condition: {
          StringEquals: hasTag,
          "ForAllValues:StringEquals": { "aws:TagKeys": keys },
          Null: { "aws:TagKeys": "false" },
        },
      },
    ]);
  });
});

describe("deregistration", () => {
  test("is allowed to builds and to reconcile, for images and snapshots of this stage", () => {
    expect(rolesAllowed("ec2:DeregisterImage").sort()).toEqual(["BuildRole", "ReconcileRole"]);
    expect(statementsAbout("ReconcileRole", "ec2:DeleteSnapshot")).toEqual([
      {
        Effect: "Allow",
        Action: ["ec2:DeregisterImage", "ec2:DeleteSnapshot"],
        Resource: ["arn:aws:ec2:us-east-1::image/*", "arn:aws:ec2:us-east-1::snapshot/*"],
        Condition: { StringEquals: hasTag },
      },
    ]);
  });
});

test.each(["ReconcileRole", "ApiRole"])(
  "%s can read whom an image is shared with, for images of this stage only",
  (role) => {
    expect(statementsAbout(role, "ec2:DescribeImageAttribute")).toMatchObject([
      { Resource: "arn:aws:ec2:us-east-1::image/*", Condition: { StringEquals: hasTag } },
    ]);
  },
);

test("only builds can change the stage, the inputs and the proof of an image", () => {
  expect(rolesAllowed("ec2:CreateTags").sort()).toEqual(["ApiRole", "BuildRole", "ReconcileRole"]);
  for (const role of ["ApiRole", "ReconcileRole"]) {
    const keys = [...statementsAbout(role, "ec2:CreateTags"), ...statementsAbout(role, "ec2:DeleteTags")].flatMap(
      ({ Condition }) => list(Condition?.["ForAllValues:StringEquals"]?.["aws:TagKeys"]).flat(),
    );
    expect(keys.filter((key) => /:(stage|variant|token|proof|proved-at|input:.*)$/.test(key))).toEqual([]);
  }
});
