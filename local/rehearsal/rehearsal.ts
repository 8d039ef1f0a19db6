import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { readConfiguration } from "../stack/local-configuration.ts";
import { type Stack, startStack } from "../stack/stack.ts";
import { installTools } from "../tools/install.ts";
import { requiredPowerShell } from "../windows/settings.ts";
import type { Act } from "./act.ts";
import type { ActResult } from "./act-result.ts";
import { assess } from "./assessment.ts";
import { errorText } from "./error-text.ts";
import { leftBehind } from "./left-behind.ts";
import { permissionsOf } from "./permissions.ts";
import { playAct } from "./play-act.ts";
import type { Rehearsal } from "./result.ts";
import { openRunLogs } from "./run-logs.ts";
import { setStage } from "./stage.ts";
import { type StoryName, stories } from "./stories.ts";
import { effectOf, summarize } from "./summary.ts";
import { startTimeline, type Timeline } from "./timeline.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** The day after a Patch Tuesday, four weeks before the next one. */
const startsAt = new Date("2026-10-14T16:00:00Z");
const basesReleasedAt = new Date("2026-10-09T00:00:00Z");

export interface RehearsalOptions {
  /** Keeps standard output free for the caller's JSON object. */
  json: boolean;
  story: StoryName;
  /** Replaces the story's own configuration. */
  config?: string | undefined;
  /** Stop after the act of this name. */
  act?: string | undefined;
  /** Run the scripts in a PowerShell instead of replaying recordings. */
  scripts?: boolean;
}

/**
 * Plays a story, starting with an empty account. Every failure is in the result and, together with the end of the
 * relevant log, in the timeline; with `json`, on standard error.
 */
export async function rehearse(
  { json, story, config, act: last, scripts = false }: RehearsalOptions,
  signal: AbortSignal,
): Promise<Rehearsal> {
  const began = performance.now();
  const { acts, config: ownConfig, playsPart, windowSeconds } = stories[story];
  const timeline = startTimeline({ silent: json });
  const sayAside = (line: string) => void process.stderr.write(`${line}\n`);
  const logs = openRunLogs(join(root, ".run"));
  const played: Pick<Rehearsal, "parts" | "acts" | "parameters" | "permissions"> = {
    parts: {},
    acts: [],
    parameters: {},
    permissions: null,
  };
  const deviations: string[] = [];
  let stack: Stack | undefined;
  try {
    const configFile = config === undefined ? join(root, ownConfig) : resolve(config);
    await readConfiguration(configFile);
    const tools = await timeline.step("the tools", (say) => installTools(json ? sayAside : say, { signal }));
    played.parts = tools.versions;
    const powershell = scripts ? requiredPowerShell() : undefined;
    const where = { stage: "rehearsal", configFile, logDir: logs.dir };
    const world = { tools, ...where, startsAt, basesReleasedAt, windowSeconds, signal, powershell };
    const started = await timeline.step("the stack", (say) => startStack({ ...world, say }));
    stack = started;
    await play(started, actsUpTo(acts, last), timeline, played.acts, signal);
    played.parameters = await started.parameters();
    deviations.push(...assess(played.acts, acts, started.configuration.variants, played.parameters));
    deviations.push(...(await leftBehind(started.emulator)));
    const isWhole = config === undefined && (last === undefined || last === acts.at(-1)?.name);
    const whole = isWhole && playsPart !== true ? story : undefined;
    const permissions = await permissionsOf(started, whole, playsPart === true ? undefined : playsPart, started.spokes);
    played.permissions = permissions;
    deviations.push(...permissions.denied, ...permissions.unexplained);
  } catch (error) {
    deviations.push(errorText(signal.aborted ? signal.reason : error));
  }
  const evidence = signal.aborted ? [] : logs.endOfFailedBuild(stack);
  await stack?.stop().catch((error: unknown) => deviations.push(errorText(error)));
  const seconds = Math.round((performance.now() - began) / 100) / 10;
  const ok = deviations.length === 0;
  const place = signal.aborted ? null : logs.place();
  if (place === null) logs.discard();
  const rehearsal = { ok, seconds, ...played, logs: place, ...(!ok && { error: deviations.join("; ") }) };
  const lines = [
    ...(json || signal.aborted ? [] : summarize(rehearsal)),
    ...deviations.map((deviation) => `  ${deviation}`),
    ...(ok ? [] : evidence),
    ...(place === null || (json && ok) ? [] : [`The logs are in ${place}`]),
  ];
  for (const line of lines) (json ? sayAside : timeline.end)(line);
  return rehearsal;
}

function actsUpTo(acts: readonly Act[], last: string | undefined): Act[] {
  return acts.slice(0, acts.findIndex(({ name }) => name === last) + 1 || acts.length);
}

/**
 * @throws Error also when a function fails or a part of the stack breaks down, because the act might then wait without
 * result
 */
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
    results.push(...(await timeline.step(act.name, (say) => playAct(act, stage, say, ends), titleOf)));
  ends.throwIfAborted();
}

function titleOf(results: readonly ActResult[]): string {
  return results.map((result) => `${result.variant}: ${effectOf(result)}`).join(", ");
}
