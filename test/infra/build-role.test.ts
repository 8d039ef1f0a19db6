import { beforeAll, describe, expect, test } from "vitest";
import { china, everything, govCloud, usEast, usual } from "./deployments.ts";
import { type Graph, list, permissionsOf, type Statement } from "./graph.ts";
import { conditionsOf, createActions, hasTag, profiles, setsTag } from "./statements.ts";

let graph: Graph;
let inGovCloud: Graph;
let inChina: Graph;
beforeAll(async () => {
  [graph, inGovCloud, inChina] = await Promise.all([usual(), usual(govCloud), usual(china)]);
});

describe("a resource with this stage's tag, and no other,", () => {
  test.each([
    ["can be stopped, at the end of a proof", "StopInstances", "instance"],
    ["can be terminated", "TerminateInstances", "instance"],
    ["can be logged in to", "GetPasswordData", "instance"],
    ["can have its console read", "GetConsoleOutput", "instance"],
    ["can become an image", "CreateImage", "instance"],
    ["can get an image description", "ModifyImageAttribute", "image"],
    ["can be deregistered", "DeregisterImage", "image"],
    ["can be deleted as a snapshot", "DeleteSnapshot", "snapshot"],
    ["can be deleted as a volume", "DeleteVolume", "volume"],
    ["can be deleted as a key pair", "DeleteKeyPair", "key-pair"],
    ["can be opened to a source", "AuthorizeSecurityGroupIngress", "security-group"],
    ["can be deleted as a security group", "DeleteSecurityGroup", "security-group"],
  ])("%s", (_, action, kind) => {
    expect(conditionsOf(graph, action, kind)).toEqual([{ StringEquals: hasTag }]);
  });
});

describe("the stage's tag", () => {
  test("is required for each new instance, as are the deployed instance type and a deployed profile", () => {
    expect(conditionsOf(graph, "RunInstances", "instance")).toEqual([
      { StringEquals: { ...setsTag, "ec2:InstanceType": "m7i.xlarge" }, ArnEquals: profiles(graph) },
    ]);
  });

  test.each([
    ["key-pair", "CreateKeyPair"],
    ["security-group", "CreateSecurityGroup"],
  ])("is required for each new %s", (kind, action) => {
    expect(conditionsOf(graph, action, kind)).toEqual([{ StringEquals: setsTag }]);
  });

  test.each(["instance", "key-pair", "security-group", "network-interface", "volume"])(
    "is set on a %s at its creation only",
    (kind) => {
      expect(conditionsOf(graph, "CreateTags", kind)).toEqual([
        { StringEquals: { ...setsTag, "ec2:CreateAction": createActions } },
      ]);
    },
  );

  test.each(["image", "snapshot"])("cannot be changed on a %s of this stage, but other tags can be added", (kind) => {
    const [atCreation, later, ...others] = conditionsOf(graph, "CreateTags", kind);

    expect(atCreation?.StringEquals).toHaveProperty("ec2:CreateAction");
    expect(later).toEqual({ StringEquals: hasTag, StringEqualsIfExists: setsTag });
    expect(others).toEqual([]);
  });
});

test("key pairs have Packer's name prefix in every partition, except for the tag at their creation", () => {
  const keyPairs = [graph, inGovCloud, inChina]
    .flatMap(({ named }) => permissionsOf(named("BuildRole")))
    .filter(({ Action }) => !list(Action).includes("ec2:CreateTags"))
    .flatMap(({ Resource }) => list(Resource))
    .filter((arn) => arn.includes(":key-pair/"));

  expect(new Set(keyPairs.map((arn) => arn.split(":key-pair/")[1]))).toEqual(new Set(["packer_*"]));
});

describe("roles and profiles of instances", () => {
  function statement(action: string): Statement | undefined {
    return permissionsOf(graph.named("BuildRole")).find(({ Action }) => list(Action).includes(action));
  }

  test("that can be passed are those of the guest and of a harvest, to EC2 only", () => {
    expect(statement("iam:PassRole")).toMatchObject({
      Resource: [graph.named("GuestRole").state.arn, graph.named("HarvestRole").state.arn],
      Condition: { StringLike: { "iam:PassedToService": "ec2.amazonaws.com*" } },
    });
    expect(statement("iam:GetInstanceProfile")?.Resource).toEqual([
      graph.named("GuestProfile").state.arn,
      graph.named("HarvestProfile").state.arn,
    ]);
  });
});

describe("the build role", () => {
  test.each([
    [
      "writes reports, records of proofs and measures",
      "s3:PutObject",
      ["reports/*", "records/proofs/*", "records/measures/*"],
    ],
    [
      "reads sources, reports and manifests of harvests",
      "s3:GetObject",
      ["source/*", "reports/*", "harvest/*/manifest.json"],
    ],
  ])("%s in the bucket, and nothing else", (_, action, keys) => {
    const bucket = graph.named("ArtifactsBucket").state.arn;
    const resources = permissionsOf(graph.named("BuildRole"))
      .filter(({ Action }) => list(Action).includes(action))
      .flatMap(({ Resource }) => list(Resource));

    expect(resources).toEqual(keys.map((key) => `${bucket}/${key}`));
  });
});

describe("names of IAM resources", () => {
  test("differ between Regions of the same stage", () => {
    const shared = namesIn(graph).filter((name) => namesIn(inGovCloud).includes(name));

    expect(shared).toEqual([]);
    expect(namesIn(graph)).toContain("eks-windows-images-production-us-east-1-build");
  });

  test("have at most 64 characters and stay distinct, even with a long stage name", async () => {
    const graph = await everything({ ...usEast, region: "ap-southeast-2" }, "a-feature-branch-with-quite-a-long-name");

    const roles = graph.ofType("aws:iam/role:Role").map(({ inputs }) => String(inputs.name));
    expect(Math.max(...namesIn(graph).map((name) => name.length))).toBeLessThanOrEqual(64);
    expect(new Set(roles).size).toBe(roles.length);
  });

  function namesIn(graph: Graph): string[] {
    return graph.resources.filter(({ type }) => type.startsWith("aws:iam/")).map(({ inputs }) => String(inputs.name));
  }
});
