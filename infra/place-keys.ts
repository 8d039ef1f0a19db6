import { dnsSuffix, region, type Statement } from "./account.ts";
import { policies } from "./configuration.ts";
import { ownPlaces } from "./place-roles.ts";

const keys = [policies.volumeKeyArn, ...ownPlaces.map(({ kmsKeyArn }) => kmsKeyArn)].filter((key) => key !== undefined);

/** EC2 uses home's key where the image is, and the place's key there. */
const throughEc2 = {
  test: "StringEquals",
  variable: "kms:ViaService",
  values: [region, ...ownPlaces.map((place) => place.region)].map((where) => $interpolate`ec2.${where}.${dnsSuffix}`),
};

/**
 * What EBS does with the user's keys on behalf of the role that copies an image or starts an instance of one (EBS user
 * guide, "Requirements for Amazon EBS encryption"). The accounts' default keys need none of it.
 */
export const usingKeysThere: Statement[] =
  keys.length > 0
    ? [
        {
          sid: "UseKeys",
          actions: [
            "kms:Decrypt",
            "kms:DescribeKey",
            "kms:GenerateDataKey",
            "kms:GenerateDataKeyWithoutPlaintext",
            "kms:ReEncryptFrom",
            "kms:ReEncryptTo",
          ],
          resources: keys,
          conditions: [throughEc2],
        },
        {
          sid: "LendKeys",
          actions: ["kms:CreateGrant"],
          resources: keys,
          conditions: [throughEc2, { test: "Bool", variable: "kms:GrantIsForAWSResource", values: ["true"] }],
        },
      ]
    : [];
