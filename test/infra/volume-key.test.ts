import { beforeAll, describe, expect, test } from "vitest";
import { type Graph, graphOf, list, permissionsOf, variablesOf } from "./graph.ts";

const variants = [{ windows: 2022 as const, kubernetes: "1.35" }];
const volumeKeyArn = "arn:aws:kms:us-east-1:123456789012:key/0123abcd-0123-4567-89ab-0123456789ab";

let without: Graph;
let withKey: Graph;
let inChina: Graph;
beforeAll(async () => {
  const place = { partition: "aws-cn", region: "cn-north-1", accountId: "123456789012" };
  [without, withKey, inChina] = await Promise.all([
    graphOf({ variants }, "production"),
    graphOf({ variants, policies: { volumeKeyArn } }, "production"),
    graphOf({ variants, policies: { volumeKeyArn, functionUrl: false } }, "production", place),
  ]);
}, 120_000);

function onKeys(graph: Graph) {
  return permissionsOf(graph.named("BuildRole")).filter(({ Action }) =>
    list(Action).some((action) => action.startsWith("kms:")),
  );
}

describe("a key of the user's for volumes", () => {
  test("is named to Packer, and is no variable of an order: all variants have the same", () => {
    expect(variablesOf(withKey.named("Builds").inputs.environment).PACKER_DEPLOYMENT).toMatchObject({
      volume_key_arn: volumeKeyArn,
    });
  });

  test("may be used through EC2 only, and lent to AWS only, exactly that one", () => {
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

  test("is used through EC2 by its name in China", () => {
    expect(onKeys(inChina).map(({ Condition }) => Condition?.StringEquals?.["kms:ViaService"])).toEqual([
      "ec2.cn-north-1.amazonaws.com.cn",
      "ec2.cn-north-1.amazonaws.com.cn",
    ]);
  });

  test("may be used by no other role", () => {
    const roles = withKey
      .ofType("aws:iam/role:Role")
      .filter((role) => JSON.stringify(role.inputs).includes(volumeKeyArn));

    expect(roles.map(({ name }) => name)).toEqual(["BuildRole"]);
  });
});

test("without one Packer names none, and builds use no key", () => {
  expect(variablesOf(without.named("Builds").inputs.environment).PACKER_DEPLOYMENT).toMatchObject({
    volume_key_arn: "",
  });
  expect(onKeys(without)).toEqual([]);
});
