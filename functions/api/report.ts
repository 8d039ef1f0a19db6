import { maxBy } from "es-toolkit";
import * as z from "zod";
import { JsonText } from "../config/json.ts";
import { iso } from "../config/time.ts";
import { proofFromRecord, type StoredRecord } from "../domain/records.ts";
import type { ImageWorld } from "../domain/world.ts";
import { readRecords } from "../io/records.ts";
import { listReports, type ReportFile } from "../io/reports.ts";
import { ImageId } from "./bodies.ts";
import { type Answer, answer, refusal } from "./http.ts";
import { measuresOf } from "./image-status.ts";
import type { ApiContext } from "./intervene.ts";
import { imageOf, imagesOf } from "./interventions.ts";
import { answerRoom, bytesInAnswer } from "./status-part.ts";

/** `GET /report` */
export const ReportQuery = z.strictObject({
  /** An image of this service, even if it was deregistered. */
  image: ImageId,
});

/** The allowed query, shown to a caller whose query was refused. */
export const reportExamples = { image: "ami-…, an image of this service, even if it was deregistered" };

/** No file larger than this fits into an answer. A report has about 50 KB. */
const maxBytes = answerRoom;

/** What a build found inside its image, and what the proof of it found. */
export interface ImageReport {
  image: string;
  /** `null` if EC2 no longer has the image. */
  variant: string | null;
  /** The newest proved image of the variant before it. */
  previous: string | null;
  /** The fastest start that builds have measured, and what the image takes on its disk; `null` if that is not known. */
  startSeconds: number | null;
  usedBytes: number | null;
  /** `report.json`, as the build has left it. */
  report: unknown;
  /** What the records say, and `proof.json` if the machine left one. */
  proof: { result: "passed" | "failed" | null; at: string | null; report: unknown };
}

/**
 * The report of an image. It counts only if a record says that a build of this service made that image, or that a person
 * has adopted it: a report is found by the image's ID, and anybody can make a copy with our tags.
 */
export async function report(
  { environment, observeImages }: Pick<ApiContext, "environment" | "observeImages">,
  { image }: z.infer<typeof ReportQuery>,
): Promise<Answer> {
  const { BUCKET } = environment;
  const world = await observeImages();
  if (world.unreadable) throw refusal(503, world.unreadable, "this call later");
  const records = await recordsOf(BUCKET, image);
  const known = imagesOf(world);
  if (records.length === 0) throw refusal(404, `no record says that this service made ${image}`, known);
  const { "report.json": found, "proof.json": proof } = await listReports(BUCKET, image);
  if (!found)
    throw refusal(404, `${image} has no report in the bucket: its build ended before it, or it was deleted`, known);
  const body: ImageReport = {
    image,
    ...placeOf(world, image),
    report: await contentOf(BUCKET, found),
    proof: { ...latestProof(records), report: proof ? await contentOf(BUCKET, proof) : null },
  };
  const bytes = bytesInAnswer(body);
  if (bytes > answerRoom) throw tooLarge(BUCKET, [found, ...(proof ? [proof] : [])], bytes);
  return answer(200, body);
}

async function recordsOf(bucket: string, image: string): Promise<StoredRecord[]> {
  const kinds = await Promise.all(["proofs", "adoptions"].map((kind) => readRecords(bucket, `${kind}/${image}`)));
  return kinds.flatMap((records) => Object.values(records).flatMap((all) => all ?? []));
}

function latestProof(records: readonly StoredRecord[]): Pick<ImageReport["proof"], "result" | "at"> {
  const results = records.flatMap(({ name, at }) => {
    const result = proofFromRecord(name.slice(name.indexOf("/") + 1))?.result;
    return result === "passed" || result === "failed" ? [{ result, at }] : [];
  });
  const latest = maxBy(results, ({ at }) => at);
  return { result: latest?.result ?? null, at: latest ? iso(latest.at) : null };
}

function placeOf(world: ImageWorld, id: string): Omit<ImageReport, "image" | "report" | "proof"> {
  const image = imageOf(world, id);
  if (!image) return { variant: null, previous: null, startSeconds: null, usedBytes: null };
  const before = world.images.filter(
    ({ variant, proof, made, createdAt }) =>
      variant === image.variant && made && proof === "passed" && createdAt < image.createdAt,
  );
  const previous = maxBy(before, ({ createdAt }) => createdAt)?.id ?? null;
  return { variant: image.variant, previous, ...measuresOf(image.measured) };
}

/** A report is a guest's word and can be anything. */
async function contentOf(bucket: string, file: ReportFile): Promise<unknown> {
  const { key, bytes, text } = file;
  if (bytes > maxBytes) throw tooLarge(bucket, [file], bytes);
  const json = JsonText.safeParse(await text());
  if (!json.success) throw refusal(422, `${key} is not JSON`, toSee(bucket, key));
  return json.data;
}

function tooLarge(bucket: string, files: readonly ReportFile[], bytes: number): Error {
  const [keys, commands] = [files.map(({ key }) => key), files.map(({ key }) => toSee(bucket, key))];
  const why = `${keys.join(" and ")} would take ${bytes} bytes of the answer, more than it may have (${answerRoom})`;
  return refusal(422, why, commands.join("; "));
}

function toSee(bucket: string, key: string): string {
  return `aws s3 cp s3://${bucket}/${key} -`;
}
