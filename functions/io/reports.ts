import { GetObjectCommand } from "@aws-sdk/client-s3";
import { JsonText } from "../config/json.ts";
import { Report } from "../domain/reports.ts";
import { s3 } from "./s3-client.ts";

/** The report that a build has left about its image; undefined if it is missing or unreadable. */
export async function readReport(bucket: string, image: string): Promise<Report | undefined> {
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: `reports/${image}/report.json` }));
    return JsonText.pipe(Report).safeParse(await Body?.transformToString()).data;
  } catch {
    // A report only adds details. Its absence must not hold back a notification.
    return undefined;
  }
}
