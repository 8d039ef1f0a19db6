import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { unzipSync } from "fflate";
import type { Credentials } from "../aws/role-credentials.ts";

/**
 * Downloads a source (`bucket/key` of a ZIP file) and unpacks it.
 * @param version the version ID of the object; the newest if it is undefined
 * @param directory an existing, empty directory
 */
export async function downloadSource(
  location: string,
  version: string | undefined,
  directory: string,
  aws: { endpoint: string; region: string; credentials: Credentials },
): Promise<void> {
  const s3 = new S3Client({ ...aws, forcePathStyle: true });
  const [bucket = "", ...key] = location.split("/");
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key.join("/"), VersionId: version }));
    if (!Body) throw new Error("the object is empty");
    await unzip(await Body.transformToByteArray(), directory);
  } catch (cause) {
    throw new Error(`downloading the source ${location}: ${(cause as Error).message}`, { cause });
  } finally {
    s3.destroy();
  }
}

async function unzip(archive: Uint8Array, directory: string): Promise<void> {
  for (const [name, bytes] of Object.entries(unzipSync(archive))) {
    const file = join(directory, name);
    if (!resolve(file).startsWith(resolve(directory) + sep))
      throw new Error(`"${name}" is outside of the source directory`);
    if (name.endsWith("/")) continue;
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, bytes);
  }
}
