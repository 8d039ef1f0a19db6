import {
  CreateBucketCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketVersioningCommand,
  PutPublicAccessBlockCommand,
} from "@aws-sdk/client-s3";
import { z } from "zod";
import { creator } from "../creator.ts";

export const createBucket = creator(
  // `forceDestroy` only affects a removal.
  { bucket: z.string(), forceDestroy: z.boolean() },
  async ({ bucket }, { s3 }) => {
    const region = await s3.config.region();
    await s3.send(
      new CreateBucketCommand({
        Bucket: bucket,
        // S3 does not accept us-east-1 as a constraint.
        ...(region !== "us-east-1" && { CreateBucketConfiguration: { LocationConstraint: region as "eu-west-1" } }),
      }),
    );
    return { id: bucket, state: { arn: `arn:aws:s3:::${bucket}` } };
  },
);

export const createVersioning = creator(
  { bucket: z.string(), versioningConfiguration: z.strictObject({ status: z.literal("Enabled") }) },
  async ({ bucket, versioningConfiguration: { status } }, { s3 }) => {
    await s3.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status: status } }));
    return { id: bucket };
  },
);

const EncryptionRule = z.strictObject({
  applyServerSideEncryptionByDefault: z.strictObject({ sseAlgorithm: z.literal("AES256") }),
});

export const createEncryption = creator(
  { bucket: z.string(), rules: z.array(EncryptionRule) },
  async ({ bucket, rules }, { s3 }) => {
    const Rules = rules.map(({ applyServerSideEncryptionByDefault: { sseAlgorithm } }) => ({
      ApplyServerSideEncryptionByDefault: { SSEAlgorithm: sseAlgorithm },
    }));
    await s3.send(new PutBucketEncryptionCommand({ Bucket: bucket, ServerSideEncryptionConfiguration: { Rules } }));
    return { id: bucket };
  },
);

export const createPublicAccessBlock = creator(
  {
    bucket: z.string(),
    blockPublicAcls: z.boolean(),
    blockPublicPolicy: z.boolean(),
    ignorePublicAcls: z.boolean(),
    restrictPublicBuckets: z.boolean(),
  },
  async ({ bucket, blockPublicAcls, blockPublicPolicy, ignorePublicAcls, restrictPublicBuckets }, { s3 }) => {
    await s3.send(
      new PutPublicAccessBlockCommand({
        Bucket: bucket,
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: blockPublicAcls,
          BlockPublicPolicy: blockPublicPolicy,
          IgnorePublicAcls: ignorePublicAcls,
          RestrictPublicBuckets: restrictPublicBuckets,
        },
      }),
    );
    return { id: bucket };
  },
);

const LifecycleRule = z.strictObject({
  id: z.string(),
  status: z.literal(["Enabled", "Disabled"]),
  filter: z.strictObject({ prefix: z.string() }),
  expiration: z
    .strictObject({ days: z.number().optional(), expiredObjectDeleteMarker: z.boolean().optional() })
    .optional(),
  noncurrentVersionExpiration: z.strictObject({ noncurrentDays: z.number() }).optional(),
  abortIncompleteMultipartUpload: z.strictObject({ daysAfterInitiation: z.number() }).optional(),
});

export const createLifecycle = creator(
  { bucket: z.string(), rules: z.array(LifecycleRule) },
  async ({ bucket, rules }, { s3 }) => {
    await s3.send(
      new PutBucketLifecycleConfigurationCommand({
        Bucket: bucket,
        LifecycleConfiguration: {
          Rules: rules.map(({ id, status, filter, expiration, ...others }) => ({
            ID: id,
            Status: status,
            Filter: { Prefix: filter.prefix },
            Expiration: expiration && {
              Days: expiration.days,
              ExpiredObjectDeleteMarker: expiration.expiredObjectDeleteMarker,
            },
            NoncurrentVersionExpiration: others.noncurrentVersionExpiration && {
              NoncurrentDays: others.noncurrentVersionExpiration.noncurrentDays,
            },
            AbortIncompleteMultipartUpload: others.abortIncompleteMultipartUpload && {
              DaysAfterInitiation: others.abortIncompleteMultipartUpload.daysAfterInitiation,
            },
          })),
        },
      }),
    );
    return { id: bucket };
  },
);
