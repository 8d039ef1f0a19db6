import { GetObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { JsonText } from "../config/json.ts";
import { Report } from "../domain/reports.ts";
import { s3 } from "./s3-client.ts";

const prefixOf = (image: string) => `reports/${image}/`;

/** The report that a build has left about its image; undefined if it is missing or unreadable. */
export async function readReport(bucket: string, image: string): Promise<Report | undefined> {
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: `${prefixOf(image)}report.json` }));
    return JsonText.pipe(Report).safeParse(await Body?.transformToString()).data;
  } catch {
    // A report only adds details. Its absence must not hold back a notification.
    return undefined;
  }
}

/** A file that a build has left about its image. */
export interface ReportFile {
  key: string;
  bytes: number;
  text(): Promise<string>;
}

/**
 * The files that a build and its proof have left about an image, by name: `report.json`, `proof.json`. They are listed,
 * because S3 denies a key that is not there to whoever may not list all keys.
 */
export async function listReports(bucket: string, image: string): Promise<Partial<Record<string, ReportFile>>> {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefixOf(image) }));
  return Object.fromEntries(
    Contents.map(({ Key: key = "", Size: bytes = 0 }): [string, ReportFile] => [
      key.slice(prefixOf(image).length),
      {
        key,
        bytes,
        async text() {
          const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
          return (await Body?.transformToString()) ?? "";
        },
      },
    ]),
  );
}
