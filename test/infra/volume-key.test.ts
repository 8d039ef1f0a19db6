import { beforeAll, describe, expect, test } from "vitest";
import { china, everything, usual, volumeKeyArn } from "./deployments.ts";
import { type Graph, list, permissionsOf, variablesOf } from "./graph.ts";

let without: Graph;
let withKey: Graph;
let inChina: Graph;
beforeAll(async () => {
  [without, withKey, inChina] = await Promise.all([usual(), everything(), everything(china)]);
});

function onKeys(graph: Graph) {
  return permissionsOf(graph.named("BuildRole")).filter(({ Action }) =>
    list(Action).some((action) => action.startsWith("kms:")),
  );
}

describe("the user's key for volumes", () => {
  test("is a variable of the project, because all variants use the same key", () => {
    expect(variablesOf(withKey.named("Builds").inputs.environment).PACKER_DEPLOYMENT).toMatchObject({
      volume_key_arn: volumeKeyArn,
    });
  });

  test("can be used through EC2 only, and grants are for AWS resources only", () => {
    const throughEc2 = { "kms:ViaService": "ec2.us-east-1.amazonaws.com" };

    expect(onKeys(withKey)).toMatchObject([
      {
        Effect: "Allow",
        Action: [
          "kms:Decrypt",
          "kms:DescribeKey",
          "kms:GenerateDataKeyWithoutPlaintext",
          "kms:ReEncryptFrom",
          "kms:ReEncryptTo",
        ],
        Resource: volumeKeyArn,
        Condition: { StringEquals: throughEc2 },
      },
      {
        Effect: "Allow",
        Action: "kms:CreateGrant",
        Resource: volumeKeyArn,
        Condition: { StringEquals: throughEc2, Bool: { "kms:GrantIsForAWSResource": "true" } },
      },
    ]);
  });

  test("can be used through EC2 under its name in China", () => {
    expect(onKeys(inChina).map(({ Condition }) => Condition?.StringEquals?.["kms:ViaService"])).toEqual([
      "ec2.cn-north-1.amazonaws.com.cn",
      "ec2.cn-north-1.amazonaws.com.cn",
    ]);
  });

  test("cannot be used by another role", () => {
    const roles = withKey
      .ofType("aws:iam/role:Role")
      .filter((role) => JSON.stringify(role.inputs).includes(volumeKeyArn));

    expect(roles.map(({ name }) => name)).toEqual(["BuildRole"]);
  });
});

test("builds use no key if the configuration has none", () => {
  expect(variablesOf(without.named("Builds").inputs.environment).PACKER_DEPLOYMENT).toMatchObject({
    volume_key_arn: "",
  });
  expect(onKeys(without)).toEqual([]);
});
