import { beforeAll, describe, expect, test } from "vitest";
import type { Place } from "../../local/deploy/look-ups.ts";
import { type Graph, graphOf, list, permissionsOf, type Statement } from "./graph.ts";
import { conditionsOf, profiles } from "./statements.ts";

const configuration = { variants: [{ windows: 2022 as const, kubernetes: "1.35" }], policies: { functionUrl: false } };
const gives = { "aws:RequestTag/eks-windows-images:stage": "production" };
const bears = { "aws:ResourceTag/eks-windows-images:stage": "production" };
const inCreation = ["RunInstances", "CreateKeyPair", "CreateSecurityGroup", "CreateImage"];

let world: Graph;
let govCloud: Graph;
let china: Graph;
beforeAll(async () => {
  [world, govCloud, china] = await Promise.all([
    graphIn({ partition: "aws", region: "us-east-1", accountId: "123456789012" }),
    graphIn({ partition: "aws-us-gov", region: "us-gov-west-1", accountId: "123456789012" }),
    graphIn({ partition: "aws-cn", region: "cn-north-1", accountId: "123456789012" }),
  ]);
}, 120_000);

function graphIn(place: Place, stage = "production"): Promise<Graph> {
  return graphOf(configuration, stage, place);
}

describe("what bears this stage's tag, and nothing else,", () => {
  test.each([
    ["may be stopped, at the end of a proof", "StopInstances", "instance"],
    ["may be terminated", "TerminateInstances", "instance"],
    ["may be entered", "GetPasswordData", "instance"],
    ["may be listened to", "GetConsoleOutput", "instance"],
    ["may become an image", "CreateImage", "instance"],
    ["may be described as an image", "ModifyImageAttribute", "image"],
    ["may be deregistered", "DeregisterImage", "image"],
    ["may be deleted as a snapshot", "DeleteSnapshot", "snapshot"],
    ["may be deleted as a volume", "DeleteVolume", "volume"],
    ["may be deleted as a key pair", "DeleteKeyPair", "key-pair"],
    ["may be opened", "AuthorizeSecurityGroupIngress", "security-group"],
    ["may be deleted as a security group", "DeleteSecurityGroup", "security-group"],
  ])("%s", (_, action, kind) => {
    expect(conditionsOf(world, action, kind)).toEqual([{ StringEquals: bears }]);
  });
});

describe("tags", () => {
  test("of this stage are given to every instance that is made, which is of the deployed type and has a deployed profile", () => {
    expect(conditionsOf(world, "RunInstances", "instance")).toEqual([
      { StringEquals: { ...gives, "ec2:InstanceType": "m7i.xlarge" }, ArnEquals: profiles(world) },
    ]);
  });

  test.each([
    ["key-pair", "CreateKeyPair"],
    ["security-group", "CreateSecurityGroup"],
  ])("of this stage are given to every %s that is made", (kind, action) => {
    expect(conditionsOf(world, action, kind)).toEqual([{ StringEquals: gives }]);
  });

  test.each(["instance", "key-pair", "security-group", "network-interface", "volume"])(
    "of a %s are given in its creation only",
    (kind) => {
      expect(conditionsOf(world, "CreateTags", kind)).toEqual([
        { StringEquals: { ...gives, "ec2:CreateAction": inCreation } },
      ]);
    },
  );

  test.each(["image", "snapshot"])(
    "of a %s that is this stage's may be added to, but not its stage changed",
    (kind) => {
      const [inCreation, later, ...others] = conditionsOf(world, "CreateTags", kind);

      expect(inCreation?.StringEquals).toHaveProperty("ec2:CreateAction");
      expect(later).toEqual({ StringEquals: bears, StringEqualsIfExists: gives });
      expect(others).toEqual([]);
    },
  );
});

test("key pairs are Packer's own, wherever they can be told by their name only", () => {
  const keyPairs = [world, govCloud, china]
    .flatMap((graph) => permissionsOf(graph.named("BuildRole")))
    .flatMap(({ Resource }) => list(Resource))
    .filter((arn) => arn.includes(":key-pair/"));

  expect(new Set(keyPairs.map((arn) => arn.split(":key-pair/")[1]))).toEqual(new Set(["packer_*"]));
});

describe("roles and profiles of instances", () => {
  function statement(action: string): Statement | undefined {
    return permissionsOf(world.named("BuildRole")).find(({ Action }) => list(Action).includes(action));
  }

  test("that may be given away are the guest's and that of a harvest, to EC2 only", () => {
    expect(statement("iam:PassRole")).toMatchObject({
      Resource: [world.named("GuestRole").state.arn, world.named("HarvestRole").state.arn],
      Condition: { StringLike: { "iam:PassedToService": "ec2.amazonaws.com*" } },
    });
    expect(statement("iam:GetInstanceProfile")?.Resource).toEqual([
      world.named("GuestProfile").state.arn,
      world.named("HarvestProfile").state.arn,
    ]);
  });
});

describe("the bucket", () => {
  test.each([
    ["reports are written", "s3:PutObject", ["reports/*"]],
    [
      "sources, reports and the manifests of harvests are read",
      "s3:GetObject",
      ["source/*", "reports/*", "harvest/*/manifest.json"],
    ],
  ])("of it %s, and nothing else", (_, action, keys) => {
    const bucket = world.named("ArtifactsBucket").state.arn;
    const resources = permissionsOf(world.named("BuildRole"))
      .filter(({ Action }) => list(Action).includes(action))
      .flatMap(({ Resource }) => list(Resource));

    expect(resources).toEqual(keys.map((key) => `${bucket}/${key}`));
  });
});

describe("names of IAM", () => {
  test("are others in another Region of the same stage", () => {
    const shared = namesIn(world).filter((name) => namesIn(govCloud).includes(name));

    expect(shared).toEqual([]);
    expect(namesIn(world)).toContain("eks-windows-images-production-us-east-1-build");
  });

  test("stay within 64 characters and apart, however long the stage is", async () => {
    const place = { partition: "aws", region: "ap-southeast-2", accountId: "123456789012" };
    const graph = await graphIn(place, "a-feature-branch-with-quite-a-long-name");

    const roles = graph.ofType("aws:iam/role:Role").map(({ inputs }) => String(inputs.name));
    expect(Math.max(...namesIn(graph).map((name) => name.length))).toBeLessThanOrEqual(64);
    expect(new Set(roles).size).toBe(roles.length);
  }, 120_000);

  function namesIn(graph: Graph): string[] {
    return graph.resources.filter(({ type }) => type.startsWith("aws:iam/")).map(({ inputs }) => String(inputs.name));
  }
});
