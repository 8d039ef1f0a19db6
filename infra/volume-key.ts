import { dnsSuffix, region, type Statement } from "./account.ts";
import { policies } from "./configuration.ts";

const throughEc2 = {
  test: "StringEquals",
  variable: "kms:ViaService",
  values: [$interpolate`ec2.${region}.${dnsSuffix}`],
};

/**
 * What EBS asks KMS for in the name of whoever starts an instance or makes an image (EBS user guide, "Requirements for Amazon EBS encryption").
 * The account's own key for EBS needs none of it: its policy lets in everybody who comes through EC2.
 */
export const volumeKeyPermissions: Statement[] = policies.volumeKeyArn
  ? [
      {
        sid: "UseVolumeKey",
        actions: [
          "kms:Decrypt",
          "kms:DescribeKey",
          "kms:GenerateDataKeyWithoutPlaintext",
          "kms:ReEncryptFrom",
          "kms:ReEncryptTo",
        ],
        resources: [policies.volumeKeyArn],
        conditions: [throughEc2],
      },
      {
        sid: "LendVolumeKey",
        actions: ["kms:CreateGrant"],
        resources: [policies.volumeKeyArn],
        conditions: [throughEc2, { test: "Bool", variable: "kms:GrantIsForAWSResource", values: ["true"] }],
      },
    ]
  : [];
