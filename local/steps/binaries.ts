import { fullPath } from "../model/files.ts";
import { type Situation, workPath } from "./situation.ts";

/** A file that the image's report names, and where it came from. */
export type Binary = { path: string; version: string; from: "base" | "download" | "harvest" };

/** What a step adds to the list for the report; the last entry for a path counts. */
export function withBinaries(situation: Situation, added: Binary[]): Record<string, string> {
  const all = new Map([...binariesOf(situation), ...added].map((binary) => [fullPath(binary.path), binary]));
  return { [listPath(situation)]: JSON.stringify([...all.values()]) };
}

export function binariesOf(situation: Situation): Binary[] {
  const list = situation.machine.files.read(listPath(situation));
  return list ? JSON.parse(list.toString("utf8")) : [];
}

function listPath(situation: Situation): string {
  return workPath(situation, "output/binaries.json");
}
