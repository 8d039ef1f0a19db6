import { dnsSuffix, region, type Statement } from "./account.ts";
import { policies } from "./configuration.ts";

const throughEc2 = {
  test: "StringEquals",
  variable: "kms:ViaService",
  values: [$interpolate`ec2.${region}.${dnsSuffix}`],
};

/**
 * The permissions that EBS uses on behalf of the role that starts an instance or creates an image (EBS user guide,
 * "Requirements for Amazon EBS encryption"). The account's default EBS key needs none of them: its policy allows all
 * identities of the account to use it through EC2.
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
