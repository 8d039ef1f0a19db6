import { hash } from "node:crypto";
import { GetObjectCommand, type S3Client } from "@aws-sdk/client-s3";

import { bucket } from "./codebuild.ts";

/** The harvest of an image in the bucket. */
export type Harvest = {
  key: string;
  text: string;
  sha256: string;
  manifest: { files: { path: string; sha256: string; bytes: number }[]; recipe: string };
};

/** @throws Error if there is no manifest */
export async function harvestOf(s3: S3Client, image: string): Promise<Harvest> {
  const key = `harvest/${image}/manifest.json`;
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  const text = (await Body?.transformToString()) ?? "";
  return { key, text, sha256: hash("sha256", text), manifest: JSON.parse(text) };
}
