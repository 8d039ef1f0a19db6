import { hour, minute } from "../../functions/config/time.ts";
import { type Build, variableOf } from "../codebuild/build.ts";
import { errorText } from "../rehearsal/error-text.ts";
import { narrate, type Say } from "../rehearsal/narrate.ts";
import { setStage } from "../rehearsal/stage.ts";
import { type Stack, startStack } from "../stack/stack.ts";
import type { Tools } from "../tools/install.ts";
import type { Case, Scene } from "./case.ts";
import { diceOf } from "./dice.ts";
import { gather } from "./evidence.ts";
import { judge } from "./judgement.ts";
import { settling } from "./settle.ts";

/** What became of the service after one thing was broken. */
export interface Verdict {
  name: string;
  /** What was broken, and when. */
  broken: string;
  /** How the service recovered. */
  recovery: string;
  /** In which ways the service did not survive; none if it did. */
  findings: string[];
  /** Real seconds. */
  seconds: number;
}

export interface Place {
  tools: Tools;
  seed: number;
  /** An existing directory for the logs of the case. */
  logDir?: string;
  say: Say;
  signal: AbortSignal;
}

/** The day after a Patch Tuesday, four weeks before the next one. */
const startsAt = new Date("2026-10-14T16:00:00Z");
const basesReleasedAt = new Date("2026-10-09T00:00:00Z");

/** How much time passes before the service is judged once more: five days in all, longer than any wait of a rule here. */
const waits: readonly number[] = [...Array(8).fill(16 * minute), ...Array(59).fill(2 * hour)];

/** Breaks one thing on a local stack of its own, lets time pass and judges the service. */
export async function breakOne(one: Case, { tools, seed, logDir, say, signal }: Place): Promise<Verdict> {
  const began = performance.now();
  const verdict: Verdict = { name: one.name, broken: "nothing yet", recovery: "", findings: [], seconds: 0 };
  const atEnd: (() => void)[] = [];
  let stack: Stack | undefined;
  try {
    const configFile = new URL(one.config ?? "one-variant.config.ts", import.meta.url).pathname;
    const { buildEnvironment } = one;
    const world = { tools, stage: "broken", configFile, startsAt, basesReleasedAt, buildEnvironment, logDir };
    stack = await startStack({ ...world, say, signal });
    const troubles = watch(stack);
    const stage = setStage(stack);
    const dice = diceOf(seed, one.name);
    const settle = settling(stage, signal);
    const scene: Scene = { stage, stack, dice, signal, settle, atEnd: (work) => atEnd.push(work) };
    narrate(stage, say);
    verdict.broken = await one.play(scene);
    say(`broken     ${verdict.broken}`);
    const { findings, recovery } = await recover(scene);
    verdict.recovery = recovery;
    verdict.findings.push(...findings, ...troubles.filter((trouble) => !one.errors?.test(trouble)));
  } catch (error) {
    verdict.findings.push(errorText(signal.aborted ? signal.reason : error));
  }
  for (const work of atEnd) work();
  await stack?.stop().catch((error: unknown) => verdict.findings.push(errorText(error)));
  verdict.seconds = Math.round((performance.now() - began) / 100) / 10;
  return verdict;
}

/** Lets time pass until nothing is wrong with the service any more, or for as long as it may need. */
async function recover(scene: Scene): Promise<{ findings: string[]; recovery: string }> {
  const { stage, stack, settle } = scene;
  let findings: string[] = [];
  let last = "";
  let passed = 0;
  for (const wait of [0, ...waits]) {
    if (wait > 0) await stage.pass(wait);
    passed += wait;
    await settle();
    findings = await gather(scene).then(judge, unreadable(scene.signal));
    if (findings.length === 0) break;
    last = findings.at(-1) ?? "";
  }
  const builds = stack.codebuild.builds().length;
  const told = stack.inbox.notifications().map(({ kind, channel }) => (channel ? `${kind}/${channel}` : kind));
  const heard = [...new Set(told)].join(", ") || "nothing";
  const until = last && findings.length === 0 ? `, until it was no longer so that ${last}` : "";
  return {
    findings,
    recovery: `${builds} builds; ${(passed / hour).toFixed(1)} h passed${until}; subscribers heard ${heard}`,
  };
}

/** What still fails may not even let itself be looked at. */
function unreadable(signal: AbortSignal): (error: unknown) => string[] {
  return (error) => {
    signal.throwIfAborted();
    return [`the service could not be judged: ${errorText(error)}`];
  };
}

/**
 * Collects the errors that the functions log, the runs that fail, the parts of the stack that break down, and the
 * builds of a variant that run side by side.
 */
function watch(stack: Stack): string[] {
  const troubles: string[] = [];
  stack.codebuild.onChange((build) => {
    const variant = variableOf(build, "VARIANT");
    const runs = (one: Build) => !one.buildComplete && variableOf(one, "VARIANT") === variant;
    const beside = stack.codebuild.builds().find((one) => one !== build && runs(one) && runs(build));
    if (beside && build.currentPhase === "SUBMITTED")
      troubles.push(`${build.id} runs beside ${beside.id} of ${variant}`);
  });
  let read = 0;
  stack.events.on("failure", ({ message }) => troubles.push(message));
  stack.events.on("trouble", (error) => troubles.push(errorText(error)));
  stack.events.on("change", () => {
    for (const { record, text } of stack.logs.slice(read)) if (record?.level === "ERROR") troubles.push(text);
    read = stack.logs.length;
  });
  return troubles;
}
