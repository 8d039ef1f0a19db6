import { beforeAll, describe, expect, test } from "vitest";
import { type Graph, graphOf, list, permissionsOf, type Statement } from "./graph.ts";

const variants = [{ windows: 2022 as const, kubernetes: "1.35" }];
const ours = { "aws:ResourceTag/eks-windows-images:stage": "production" };

let graph: Graph;
let deregistering: Graph;
beforeAll(async () => {
  [graph, deregistering] = await Promise.all([
    graphOf({ variants }, "production"),
    graphOf({ variants, policies: { retention: { deregister: true } } }, "production"),
  ]);
}, 120_000);

/** What of a role's policies is about an action, whatever it says. */
function said(role: string, action: string, where = graph): Statement[] {
  return permissionsOf(where.named(role)).filter(({ Action }) => list(Action).includes(action));
}

function rolesThatMay(action: string, where = graph): string[] {
  return where
    .ofType("aws:iam/role:Role")
    .map(({ name }) => name)
    .filter((name) => said(name, action, where).some(({ Effect }) => Effect === "Allow"));
}

describe("an image of this stage, and no other,", () => {
  test.each(["EnableImageDeprecation", "DisableImageDeprecation", "EnableImage", "DisableImage"])(
    "is retired by reconcile alone: %s",
    (action) => {
      expect(rolesThatMay(`ec2:${action}`)).toEqual(["ReconcileRole"]);
      expect(said("ReconcileRole", `ec2:${action}`)).toMatchObject([
        { Resource: "arn:aws:ec2:us-east-1::image/*", Condition: { StringEquals: ours } },
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
    ["what was done is taken back, by reconcile", "ReconcileRole", "DeleteTags", ["retired-at", "withdrawn-at"]],
    ["what a person decided, by api", "ApiRole", "CreateTags", ["revoked", "approved"]],
    ["what a person decided is taken back, by api", "ApiRole", "DeleteTags", ["revoked", "approved"]],
  ])("is tagged with %s, and with nothing else", (_, role, action, tags) => {
    const keys = tags.map((tag) => `eks-windows-images:${tag}`);

    expect(said(role, `ec2:${action}`)).toEqual([
      {
        Effect: "Allow",
        Action: role === "ApiRole" ? ["ec2:CreateTags", "ec2:DeleteTags"] : `ec2:${action}`,
        Resource: "arn:aws:ec2:us-east-1::image/*",
        Condition: {
          StringEquals: ours,
          "ForAllValues:StringEquals": { "aws:TagKeys": keys },
          Null: { "aws:TagKeys": "false" },
        },
      },
    ]);
  });
});

describe("deregistering", () => {
  test("is allowed to no function unless the configuration wants it", () => {
    expect(rolesThatMay("ec2:DeregisterImage")).toEqual(["BuildRole"]);
    expect(rolesThatMay("ec2:DeleteSnapshot")).toEqual(["BuildRole"]);
  });

  test("takes images and snapshots of this stage, by reconcile, where the configuration wants it", () => {
    expect(rolesThatMay("ec2:DeregisterImage", deregistering)).toEqual(["ReconcileRole", "BuildRole"].sort());
    expect(said("ReconcileRole", "ec2:DeleteSnapshot", deregistering)).toEqual([
      {
        Effect: "Allow",
        Action: ["ec2:DeregisterImage", "ec2:DeleteSnapshot"],
        Resource: ["arn:aws:ec2:us-east-1::image/*", "arn:aws:ec2:us-east-1::snapshot/*"],
        Condition: { StringEquals: ours },
      },
    ]);
  });
});

test.each(["ReconcileRole", "ApiRole"])("%s may ask of images of this stage only whom they are shared with", (role) => {
  expect(said(role, "ec2:DescribeImageAttribute")).toMatchObject([
    { Resource: "arn:aws:ec2:us-east-1::image/*", Condition: { StringEquals: ours } },
  ]);
});

test("nobody may change the stage, the inputs or the proof of an image but the builds", () => {
  expect(rolesThatMay("ec2:CreateTags").sort()).toEqual(["ApiRole", "BuildRole", "ReconcileRole"]);
  for (const role of ["ApiRole", "ReconcileRole"]) {
    const keys = [...said(role, "ec2:CreateTags"), ...said(role, "ec2:DeleteTags")].flatMap(({ Condition }) =>
      list(Condition?.["ForAllValues:StringEquals"]?.["aws:TagKeys"]).flat(),
    );
    expect(keys.filter((key) => /:(stage|variant|token|proof|proved-at|input:.*)$/.test(key))).toEqual([]);
  }
});
