import { existsSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { StringDecoder } from "node:string_decoder";
import type { Timeline } from "../../functions/api/timeline.ts";
import { CliError } from "../cli-error.ts";
import { ask } from "../service/ask.ts";
import { readStatus, type Status } from "../service/status.ts";
import type { Session } from "../session.ts";
import type { BuildLog, BuildProgress } from "./build-log.ts";

type Running = NonNullable<Status["variants"][number]["running"]>;
type Ended = NonNullable<BuildProgress["ended"]>;
type KnownBuild = Timeline["builds"]["known"][number];

/** A build of the local stack that runs: its phase comes from the status, its lines from the agent's file. */
export function localLog(session: Session, folder: string, variant: string, { build, log, phase }: Running): BuildLog {
  const file = fileOf(folder, build, log);
  let last = phase;
  return {
    name: build,
    async progress() {
      const [status] = (await readStatus(session, { variant, images: "none" })).variants;
      if (status?.running?.build === build) last = status.running.phase;
      if (status?.running?.build === build) return { phase: last, phases: [] };
      const known = (await buildsOf(session, variant)).find((one) => one.build === build);
      return { phase: last, phases: [], ended: outcomeOf(known) };
    },
    lines: follow(file),
  };
}

/** The build of these variants that has ended last. */
export async function lastLocalLog(
  session: Session,
  folder: string,
  variants: readonly string[],
): Promise<BuildLog | undefined> {
  const builds: KnownBuild[] = [];
  for (const variant of variants) builds.push(...(await buildsOf(session, variant)));
  const [newest] = builds
    .filter(({ status }) => status !== "running")
    .toSorted((a, b) => b.startedAt.localeCompare(a.startedAt));
  if (newest === undefined) return undefined;
  const { build, log } = newest;
  const progress = { phase: "", phases: [], ended: outcomeOf(newest) };
  return { name: build, progress: async () => progress, lines: follow(fileOf(folder, build, log)) };
}

async function buildsOf(session: Session, variant: string): Promise<KnownBuild[]> {
  const path = `/timeline?variant=${encodeURIComponent(variant)}`;
  return (await ask<Timeline>(session, "Asking for the builds", "GET", path)).builds.known;
}

/** Only what AWS remembers as a success is one. Undefined while the build still runs for who remembers it. */
function outcomeOf(build: KnownBuild | undefined): Ended | undefined {
  if (!build) return { ok: false, how: "ended; its result is not known" };
  const { status, image, failure } = build;
  if (status === "running") return undefined;
  if (failure) return { ok: false, how: `failed (${failure.class}): ${failure.cause}` };
  return { ok: status === "succeeded", how: [status, ...(image === null ? [] : [image])].join(": ") };
}

function fileOf(folder: string, build: string, log: string | null): string {
  const number = /\/logs\/(\d+)$/.exec(log ?? "")?.[1];
  if (number === undefined) throw new CliError(`the local stack does not say which log ${build} has`);
  return join(folder, `build-${number}.log`);
}

/** Whole lines as they are written. */
function follow(file: string): () => Promise<string[]> {
  const decoder = new StringDecoder();
  const buffer = Buffer.alloc(64 * 1024);
  let descriptor: number | undefined;
  let rest = "";
  return async () => {
    if (descriptor === undefined && !existsSync(file)) return [];
    descriptor ??= openSync(file, "r");
    for (let size = readSync(descriptor, buffer); size > 0; size = readSync(descriptor, buffer))
      rest += decoder.write(buffer.subarray(0, size));
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    return lines;
  };
}
