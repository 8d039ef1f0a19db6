import { beforeAll, describe, expect, test } from "vitest";
import { type Graph, graphOf } from "./graph.ts";
import { conditionsOf, profiles, said } from "./statements.ts";

const gives = { "aws:RequestTag/eks-windows-images:stage": "production" };
const bears = { "aws:ResourceTag/eks-windows-images:stage": "production" };
const inCreation = ["RunInstances", "CreateKeyPair", "CreateSecurityGroup", "CreateImage"];

let govCloud: Graph;
let china: Graph;
beforeAll(async () => {
  [govCloud, china] = await Promise.all([graphIn("aws-us-gov", "us-gov-west-1"), graphIn("aws-cn", "cn-north-1")]);
}, 120_000);

function graphIn(partition: string, region: string): Promise<Graph> {
  const configuration = {
    variants: [{ windows: 2022 as const, kubernetes: "1.35" }],
    policies: { functionUrl: false },
  };
  return graphOf(configuration, "production", { partition, region, accountId: "123456789012" });
}

describe("where Packer's plugin tags later", () => {
  test("instances, key pairs and security groups can be made in China", () => {
    expect(conditionsOf(china, "RunInstances", "instance")).toEqual([
      { StringEquals: { "ec2:InstanceType": "m7i.xlarge" }, ArnEquals: profiles(china) },
    ]);
    expect(conditionsOf(china, "CreateKeyPair", "key-pair")).toEqual([undefined]);
    expect(conditionsOf(china, "CreateSecurityGroup", "security-group")).toEqual([undefined]);
  });

  test("key pairs and security groups that bear no other stage's tag can be removed in China, where they never get one", () => {
    expect(conditionsOf(china, "DeleteKeyPair", "key-pair")).toEqual([{ StringEqualsIfExists: bears }]);
    expect(conditionsOf(china, "DeleteSecurityGroup", "security-group")).toEqual([{ StringEqualsIfExists: bears }]);
    expect(conditionsOf(china, "TerminateInstances", "instance")).toEqual([{ StringEquals: bears }]);
  });

  test("instances with a profile of ours can be tagged later in China, with their volumes, none of which may then be deleted", () => {
    const later = { StringEquals: gives, StringEqualsIfExists: bears };

    expect(conditionsOf(china, "CreateTags", "instance").slice(1)).toEqual([{ ...later, ArnEquals: profiles(china) }]);
    expect(conditionsOf(china, "CreateTags", "volume").slice(1)).toEqual([later]);
    expect(conditionsOf(china, "CreateTags", "network-interface").slice(1)).toEqual([later]);
    expect(said(china, "DeleteVolume", "volume")).toEqual([]);
  });

  test.each(["instance", "key-pair", "security-group", "network-interface", "volume"])(
    "a %s is tagged in its creation only in GovCloud",
    (kind) => {
      expect(conditionsOf(govCloud, "CreateTags", kind)).toEqual([
        { StringEquals: { ...gives, "ec2:CreateAction": inCreation } },
      ]);
    },
  );

  test("key pairs and security groups are tagged in their creation only in China too, if at all", () => {
    for (const kind of ["key-pair", "security-group"])
      expect(conditionsOf(china, "CreateTags", kind)).toEqual([
        { StringEquals: { ...gives, "ec2:CreateAction": inCreation } },
      ]);
  });

  test("only what bears this stage's tag can be removed in GovCloud", () => {
    expect(conditionsOf(govCloud, "DeleteKeyPair", "key-pair")).toEqual([{ StringEquals: bears }]);
    expect(conditionsOf(govCloud, "DeleteVolume", "volume")).toEqual([{ StringEquals: bears }]);
  });

  test.each([
    ["China", () => china],
    ["GovCloud", () => govCloud],
  ])("images that bear no other stage's tag can be described and tagged after their creation in %s", (_, graph) => {
    expect(conditionsOf(graph(), "ModifyImageAttribute", "image")).toEqual([{ StringEqualsIfExists: bears }]);
    for (const kind of ["image", "snapshot"])
      expect(conditionsOf(graph(), "CreateTags", kind).slice(2)).toEqual([
        { StringEquals: gives, StringEqualsIfExists: bears },
      ]);
  });
});
