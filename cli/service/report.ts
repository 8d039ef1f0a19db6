import * as z from "zod";
import type { ImageReport } from "../../functions/api/report.ts";
import { CliError } from "../cli-error.ts";
import type { Session } from "../session.ts";
import { ask } from "./ask.ts";

/** An image's report, as far as a command reads it. */
export interface ReadReport<T> extends Omit<ImageReport, "report"> {
  report: T;
}

/**
 * Asks for the report of an image.
 * @param schema the part of the report that the command needs; a report is a guest's word
 * @throws CliError if there is none or it has another shape
 */
export async function askReport<T>(session: Session, image: string, schema: z.ZodType<T>): Promise<ReadReport<T>> {
  const path = `/report?image=${encodeURIComponent(image)}`;
  const found = await ask<ImageReport>(session, `Reading the report of ${image}`, "GET", path);
  const report = schema.safeParse(found.report);
  if (!report.success)
    throw new CliError(
      `the report of ${image} is not like one that this version reads: ${z.prettifyError(report.error)}`,
      ["use the version of this repository that built the image"],
    );
  return { ...found, report: report.data };
}
