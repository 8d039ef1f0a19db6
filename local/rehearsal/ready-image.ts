import {
  CreateTagsCommand,
  DescribeImagesCommand,
  EC2Client,
  ModifyImageAttributeCommand,
  RegisterImageCommand,
} from "@aws-sdk/client-ec2";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { iso } from "../../functions/config/time.ts";
import { type Inputs, inputsToTags, sha256, tagPrefix } from "../../functions/domain/inputs.ts";
import { identityOf, proofRecord, recordsPrefix } from "../../functions/domain/records.ts";
import type { Stack } from "../stack/stack.ts";

/** What the report of each image says; Windows 2022. */
const osBuild = "20348.4405";

/** What a proof has measured of an image, in milliseconds and bytes. */
export interface Measured {
  start?: number;
  size?: number;
}

/**
 * Registers an image of a variant as a build and its proof leave it, with tags, records and report, without running either.
 * @param measured by default the proof has measured nothing
 * @returns the image's ID
 */
export async function readyImage(
  { emulator, deployment, clock }: Stack,
  variant: string,
  measured: Measured = {},
): Promise<string> {
  const { url: endpoint, region, credentials } = emulator;
  const aws = { endpoint, region, credentials };
  const ec2 = new EC2Client(aws);
  const s3 = new S3Client({ ...aws, forcePathStyle: true });
  const now = clock.now().getTime();
  const token = sha256(`ready at ${now}`);
  const inputs: Inputs = {
    baseAmi: "ami-0123456789abcdef0",
    kubernetes: "1.35.7",
    patchTuesday: iso(now).slice(0, 10),
    recipe: sha256("recipe"),
    settings: sha256("settings"),
  };
  const own = { stage: "rehearsal", variant, token, proof: "passed" };
  const tags = {
    ...inputsToTags(inputs),
    ...Object.fromEntries(Object.entries(own).map(([name, value]) => [`${tagPrefix}${name}`, value])),
  };
  const { ImageId = "" } = await ec2.send(new RegisterImageCommand({ Name: `${variant} ${now}` }));
  await ec2.send(new ModifyImageAttributeCommand({ ImageId, ImdsSupport: { Value: "v2.0" } }));
  const identity = identityOf(variant, inputs);
  const records = [
    ...Object.entries(measured).map(([name, value]) => `measures/${ImageId}/${name}-${value}-${token}`),
    ...(["made", "passed"] as const).map((result) => proofRecord("proofs", ImageId, { result, token, identity })),
  ];
  for (const record of records) {
    const Key = `${recordsPrefix}${record}`;
    await s3.send(new PutObjectCommand({ Bucket: deployment.bucket, Key, ContentLength: 0 }));
  }
  const Key = `reports/${ImageId}/report.json`;
  await s3.send(new PutObjectCommand({ Bucket: deployment.bucket, Key, Body: JSON.stringify({ osBuild }) }));
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  const { Images = [] } = await ec2.send(new DescribeImagesCommand({ ImageIds: [ImageId] }));
  const snapshots = Images.flatMap((image) => image.BlockDeviceMappings ?? []).flatMap(
    ({ Ebs }) => Ebs?.SnapshotId ?? [],
  );
  await ec2.send(new CreateTagsCommand({ Resources: [ImageId, ...snapshots], Tags }));
  ec2.destroy();
  s3.destroy();
  return ImageId;
}
