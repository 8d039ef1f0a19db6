import { beforeAll, describe, expect, test } from "vitest";
import { china, govCloud, usual } from "./deployments.ts";
import type { Graph } from "./graph.ts";
import { conditionsOf, createActions, hasTag, profiles, setsTag, statementsAbout } from "./statements.ts";

let inGovCloud: Graph;
let inChina: Graph;
beforeAll(async () => {
  [inGovCloud, inChina] = await Promise.all([usual(govCloud), usual(china)]);
});

describe("where Packer's plugin tags after creation", () => {
  test("instances, key pairs and security groups can be created without a tag in China", () => {
    expect(conditionsOf(inChina, "RunInstances", "instance")).toEqual([
      { StringEquals: { "ec2:InstanceType": "m7i.xlarge" }, ArnEquals: profiles(inChina) },
    ]);
    expect(conditionsOf(inChina, "CreateKeyPair", "key-pair")).toEqual([undefined]);
    expect(conditionsOf(inChina, "CreateSecurityGroup", "security-group")).toEqual([undefined]);
  });

  test("key pairs and groups, which never get a tag in China, can be deleted there unless they have another stage's", () => {
    expect(conditionsOf(inChina, "DeleteKeyPair", "key-pair")).toEqual([{ StringEqualsIfExists: hasTag }]);
    expect(conditionsOf(inChina, "DeleteSecurityGroup", "security-group")).toEqual([{ StringEqualsIfExists: hasTag }]);
    expect(conditionsOf(inChina, "TerminateInstances", "instance")).toEqual([{ StringEquals: hasTag }]);
  });

  test("instances with a deployed profile and volumes can be tagged later in China, so no volume can be deleted there", () => {
    const later = { StringEquals: setsTag, StringEqualsIfExists: hasTag };

    expect(conditionsOf(inChina, "CreateTags", "instance").slice(1)).toEqual([
      { ...later, ArnEquals: profiles(inChina) },
    ]);
    expect(conditionsOf(inChina, "CreateTags", "volume").slice(1)).toEqual([later]);
    expect(conditionsOf(inChina, "CreateTags", "network-interface").slice(1)).toEqual([later]);
    expect(statementsAbout(inChina, "DeleteVolume", "volume")).toEqual([]);
  });

  test.each(["instance", "key-pair", "security-group", "network-interface", "volume"])(
    "a %s can only be tagged at its creation in GovCloud",
    (kind) => {
      expect(conditionsOf(inGovCloud, "CreateTags", kind)).toEqual([
        { StringEquals: { ...setsTag, "ec2:CreateAction": createActions } },
      ]);
    },
  );

  test("key pairs and security groups can only be tagged at their creation in China too", () => {
    for (const kind of ["key-pair", "security-group"])
      expect(conditionsOf(inChina, "CreateTags", kind)).toEqual([
        { StringEquals: { ...setsTag, "ec2:CreateAction": createActions } },
      ]);
  });

  test("only resources with this stage's tag can be deleted in GovCloud", () => {
    expect(conditionsOf(inGovCloud, "DeleteKeyPair", "key-pair")).toEqual([{ StringEquals: hasTag }]);
    expect(conditionsOf(inGovCloud, "DeleteVolume", "volume")).toEqual([{ StringEquals: hasTag }]);
  });

  test.each([
    ["China", () => inChina],
    ["GovCloud", () => inGovCloud],
  ])("images without another stage's tag can get a description and tags after their creation in %s", (_, graph) => {
    expect(conditionsOf(graph(), "ModifyImageAttribute", "image")).toEqual([{ StringEqualsIfExists: hasTag }]);
    for (const kind of ["image", "snapshot"])
      expect(conditionsOf(graph(), "CreateTags", kind).slice(2)).toEqual([
        { StringEquals: setsTag, StringEqualsIfExists: hasTag },
      ]);
  });
});
