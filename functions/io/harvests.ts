import { createHash } from "node:crypto";
import { GetObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { z } from "zod";
import { JsonText } from "../config/json.ts";
import type { Observed } from "../config/observed.ts";

const s3 = new S3Client({});

const Sha256 = z.string().regex(/^[a-f0-9]{64}$/, "a SHA-256 in hex");

/** What a harvest leaves behind, written last of all. The files lie beside it under their SHA-256. */
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
 * SHA-256 of the manifest of what was harvested from each of AWS's EKS images, by AMI ID. Never throws: a manifest that nobody could read is
 * unknown; one that is none, or that other scripts made than those deployed now, is missing.
 * @param recipe the harvest's own
 */
export async function readHarvests(
  bucket: string,
  sources: readonly string[],
  recipe: string,
): Promise<Record<string, Observed>> {
  const distinct = [...new Set(sources)];
  const found = await Promise.all(distinct.map((source) => readHarvest(bucket, source, recipe)));
  return Object.fromEntries(distinct.map((source, index) => [source, found[index] as Observed]));
}

async function readHarvest(bucket: string, source: string, recipe: string): Promise<Observed> {
  const key = manifestKey(source);
  try {
    const bytes = await readObject(bucket, key);
    return bytes
      ? harvestOf(source, bytes, recipe)
      : { state: "missing", why: `nothing is harvested from ${source} yet` };
  } catch (error) {
    return { state: "unknown", why: `reading ${key}: ${(error as Error).message}` };
  }
}

/** S3 answers 403 for a missing object where listing is allowed for prefixes only, as it is here; a list tells for certain. */
async function readObject(bucket: string, key: string): Promise<Uint8Array | undefined> {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: key, MaxKeys: 1 }));
  if (Contents[0]?.Key !== key) return undefined;
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  return Body?.transformToByteArray();
}

function harvestOf(source: string, bytes: Uint8Array, recipe: string): Observed {
  const manifest = JsonText.pipe(Manifest).safeParse(new TextDecoder().decode(bytes));
  if (!manifest.success)
    return {
      state: "missing",
      why: `what was harvested from ${source} has no usable manifest: ${firstIssue(manifest.error)}`,
    };
  if (manifest.data.recipe !== recipe)
    return { state: "missing", why: `what was harvested from ${source} was taken by other scripts than today's` };
  return { state: "known", value: createHash("sha256").update(bytes).digest("hex") };
}

function firstIssue({ issues }: z.ZodError): string {
  const { path = [], message = "" } = issues[0] ?? {};
  return [path.join("."), message].filter(Boolean).join(": ");
}
