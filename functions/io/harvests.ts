import { createHash } from "node:crypto";
import { GetObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import * as z from "zod";
import { JsonText } from "../config/json.ts";
import type { Observed } from "../config/observed.ts";
import { s3 } from "./s3-client.ts";

const Sha256 = z.string().regex(/^[a-f0-9]{64}$/, "a SHA-256 in hex");

/** What a harvest writes after its files, which are stored next to it under their SHA-256. */
const Manifest = z.object({
  files: z.array(z.object({ path: z.string().min(1), sha256: Sha256, bytes: z.int().min(0) })).min(1),
  /** SHA-256 of the scripts that harvested. */
  recipe: Sha256,
});

/** `harvest/ami-0123456789abcdef0/manifest.json` */
export function manifestKey(source: string): string {
  return `harvest/${source}/manifest.json`;
}

/**
 * SHA-256 of the manifest of what was harvested from each of AWS's EKS images, by AMI ID. Never throws: if a manifest
 * could not be read, the harvest is unknown; if it is invalid or made by other scripts than the deployed ones, the
 * harvest is missing.
 * @param recipe SHA-256 of the deployed scripts that harvest
 */
export async function readHarvests(
  bucket: string,
  sources: readonly string[],
  recipe: string,
): Promise<Record<string, Observed>> {
  const distinct = [...new Set(sources)];
  const harvests = await Promise.all(distinct.map((source) => readHarvest(bucket, source, recipe)));
  return Object.fromEntries(distinct.map((source, index) => [source, harvests[index] as Observed]));
}

async function readHarvest(bucket: string, source: string, recipe: string): Promise<Observed> {
  const key = manifestKey(source);
  try {
    const bytes = await readObject(bucket, key);
    return bytes
      ? parseManifest(source, bytes, recipe)
      : { state: "missing", why: `nothing has been harvested from ${source} yet` };
  } catch (error) {
    return { state: "unknown", why: `reading ${key}: ${(error as Error).message}` };
  }
}

/** The role may list this prefix only, and then S3 answers 403 for a missing object. A list tells for certain. */
async function readObject(bucket: string, key: string): Promise<Uint8Array | undefined> {
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return await Body?.transformToByteArray();
  } catch (error) {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: key, MaxKeys: 1 }));
    if (Contents[0]?.Key === key) throw error;
    return undefined;
  }
}

function parseManifest(source: string, bytes: Uint8Array, recipe: string): Observed {
  const manifest = JsonText.pipe(Manifest).safeParse(new TextDecoder().decode(bytes));
  if (!manifest.success)
    return {
      state: "missing",
      why: `the harvest from ${source} has no usable manifest: ${firstIssue(manifest.error)}`,
    };
  if (manifest.data.recipe !== recipe)
    return { state: "missing", why: `the harvest from ${source} was made by other scripts than the deployed ones` };
  return { state: "known", value: createHash("sha256").update(bytes).digest("hex") };
}

function firstIssue({ issues }: z.ZodError): string {
  const { path = [], message = "" } = issues[0] ?? {};
  return [path.join("."), message].filter(Boolean).join(": ");
}
