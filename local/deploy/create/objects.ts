import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { ZipFile } from "yazl";
import { z } from "zod";
import { creator } from "../creator.ts";

/** Pulumi's assets as `evaluate.ts` reports them. */
const Source = z.union([
  z.strictObject({ file: z.string() }),
  /** An existing zip file. */
  z.strictObject({ archive: z.string().endsWith(".zip") }),
  /** Path in the zip → file. */
  z.strictObject({ files: z.record(z.string(), z.strictObject({ file: z.string() })) }),
]);

export const createObject = creator(
  { bucket: z.string(), key: z.string(), source: Source },
  async ({ bucket, key, source }, { s3 }) => {
    const { VersionId } = await s3.send(
      new PutObjectCommand({ Bucket: bucket, Key: key, Body: await contentOf(source) }),
    );
    return { id: key, state: { versionId: VersionId } };
  },
);

async function contentOf(source: z.infer<typeof Source>): Promise<Buffer> {
  if ("file" in source) return readFile(source.file);
  if ("archive" in source) return readFile(source.archive);
  const zip = new ZipFile();
  for (const [path, { file }] of Object.entries(source.files)) zip.addFile(file, path, { mtime: new Date(0) });
  zip.end();
  return buffer(zip.outputStream);
}
