import { fullPath } from "../model/files.ts";
import { type StepContext, workPath } from "./step-context.ts";

/** A file that the image's report lists, and where it came from. */
export type Binary = { path: string; version: string; from: "base" | "download" | "harvest" };

/** The file that holds the list for the report, with these binaries added. The last entry for a path counts. */
export function withBinaries(context: StepContext, added: Binary[]): Record<string, string> {
  const all = new Map([...binariesOf(context), ...added].map((binary) => [fullPath(binary.path), binary]));
  return { [listPath(context)]: JSON.stringify([...all.values()]) };
}

export function binariesOf(context: StepContext): Binary[] {
  const list = context.machine.files.read(listPath(context));
  return list ? JSON.parse(list.toString("utf8")) : [];
}

function listPath(context: StepContext): string {
  return workPath(context, "output/binaries.json");
}
