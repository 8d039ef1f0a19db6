import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { readConfiguration } from "../stack/local-configuration.ts";
import { type Stack, startStack } from "../stack/stack.ts";
import { installTools } from "../tools/install.ts";
import type { Act } from "./act.ts";
import type { ActResult } from "./act-result.ts";
import { assess } from "./assessment.ts";
import { causes } from "./causes.ts";
import { leftBehind } from "./left-behind.ts";
import { type Permissions, permissionsOf } from "./permissions.ts";
import { openRecords } from "./records.ts";
import { setStage } from "./stage.ts";
import { type StoryName, stories } from "./stories.ts";
import { playAct } from "./story.ts";
import { startTimeline, type Timeline } from "./timeline.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** The day after a Patch Tuesday: four weeks until the next one. */
const startsAt = new Date("2026-10-14T16:00:00Z");
const basesReleasedAt = new Date("2026-10-09T00:00:00Z");

export interface Rehearsal {
  ok: boolean;
  seconds: number;
  parts: Record<string, string>;
  acts: ActResult[];
  parameters: Record<string, string>;
  /** Null where it ended too early to tell. */
  permissions: Permissions | null;
  /** Only where it is not ok. */
  error?: string;
}

export interface RehearsalOptions {
  /** Nothing goes to standard output. */
  json: boolean;
  story: StoryName;
  /** Another configuration than the story's own. */
  config?: string | undefined;
  /** Stop after the act of this name. */
  act?: string | undefined;
}

/**
 * Plays the story from an empty account on. What goes wrong is in the answer and, with what the logs say of it, in the timeline: beside
 * `--json` on standard error.
 */
export async function rehearse(
  { json, story, config, act: last }: RehearsalOptions,
  signal: AbortSignal,
): Promise<Rehearsal> {
  const began = performance.now();
  const { acts, config: ownConfig } = stories[story];
  const timeline = startTimeline({ silent: json });
  const sayAside = (line: string) => void process.stderr.write(`${line}\n`);
  const records = openRecords(join(root, ".run"));
  const rehearsal: Omit<Rehearsal, "ok" | "seconds"> = { parts: {}, acts: [], parameters: {}, permissions: null };
  const complaints: string[] = [];
  let stack: Stack | undefined;
  try {
    const configFile = config === undefined ? join(root, ownConfig) : resolve(config);
    await readConfiguration(configFile);
    const tools = await timeline.step("the tools", (say) => installTools(json ? sayAside : say, { signal }));
    rehearsal.parts = tools.versions;
    const world = { tools, stage: "rehearsal", configFile, startsAt, basesReleasedAt, logDir: records.dir, signal };
    const started = await timeline.step("the stack", (say) => startStack({ ...world, say }));
    stack = started;
    await play(started, actsUpTo(acts, last), timeline, rehearsal.acts, signal);
    rehearsal.parameters = await started.parameters();
    complaints.push(...assess(rehearsal.acts, acts, started.configuration.variants, rehearsal.parameters));
    complaints.push(...(await leftBehind(started.emulator)));
    const isWhole = config === undefined && (last === undefined || last === acts.at(-1)?.name);
    const permissions = await permissionsOf(started, isWhole ? story : undefined);
    rehearsal.permissions = permissions;
    complaints.push(...permissions.denied, ...permissions.unexplained);
  } catch (error) {
    complaints.push(causes(signal.aborted ? signal.reason : error));
  }
  const evidence = records.evidence(stack);
  await stack?.stop().catch((error: unknown) => complaints.push(causes(error)));
  const seconds = Math.round((performance.now() - began) / 100) / 10;
  const ok = complaints.length === 0;
  if (ok || signal.aborted || evidence.length === 0) records.discard();
  if (ok) timeline.end(`all as it should be, ${seconds} s`);
  else for (const line of lines(complaints, signal.aborted ? [] : evidence)) (json ? sayAside : timeline.end)(line);
  return { ok, seconds, ...rehearsal, ...(!ok && { error: complaints.join("; ") }) };
}

function lines(complaints: readonly string[], evidence: readonly string[]): string[] {
  return ["not as it should be:", ...complaints.map((complaint) => `  ${complaint}`), ...evidence];
}

function actsUpTo(acts: readonly Act[], last: string | undefined): Act[] {
  return acts.slice(0, acts.findIndex(({ name }) => name === last) + 1 || acts.length);
}

/** @throws Error also when a function failed or a part of the stack broke down, after which an act would wait in vain */
async function play(
  stack: Stack,
  played: readonly Act[],
  timeline: Timeline,
  results: ActResult[],
  signal: AbortSignal,
): Promise<void> {
  const broken = new AbortController();
  const breakOff = (error: Error) => broken.abort(error);
  stack.events.on("failure", breakOff).on("trouble", breakOff);
  const ends = AbortSignal.any([signal, broken.signal]);
  const stage = setStage(stack);
  for (const act of played)
    results.push(...(await timeline.step(act.name, (say) => playAct(act, stage, say, ends), summaryOf)));
  ends.throwIfAborted();
}

function summaryOf(results: readonly ActResult[]): string {
  return results
    .map(({ variant, builds, image, published, previous, channels }) => {
      if (builds > 0)
        return `${variant}: ${image} ${published ? "published" : channels.candidate === image ? "in candidate" : "kept out"}`;
      return channels.stable === previous ? `${variant}: no build` : `${variant}: stable holds ${channels.stable}`;
    })
    .join(", ");
}
