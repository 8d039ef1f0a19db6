import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { readConfiguration } from "./local-configuration.ts";
import { acts } from "./rehearsal/acts.ts";
import { setStage } from "./rehearsal/stage.ts";
import { type ActResult, playAct } from "./rehearsal/story.ts";
import { startTimeline } from "./rehearsal/timeline.ts";
import { type Stack, startStack } from "./stack.ts";
import { installTools, type Tools } from "./tools/install.ts";

const usage = `npm start -- [options]
  --json         one JSON object on standard output, nothing else there
  --config FILE  rehearse another configuration than config.ts
  --act NAME     stop after this act: ${acts.map(({ name }) => `"${name}"`).join(", ")}`;

/** The day after a Patch Tuesday: four weeks until the next one. */
const startsAt = new Date("2026-10-14T16:00:00Z");
const basesReleasedAt = new Date("2026-10-09T00:00:00Z");

interface Rehearsal {
  ok: boolean;
  seconds: number;
  parts: Record<string, string>;
  acts: ActResult[];
  parameters: Record<string, string>;
  /** Only where it is not ok. */
  error?: string;
}

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  const options = readArguments(args);
  if (typeof options === "string") {
    process.stderr.write(`${options}\n\n${usage}\n`);
    return 2;
  }
  const interruption = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => interruption.abort(new Error(`stopped by ${signal}`)));
  const rehearsal = await rehearse(options, interruption.signal);
  if (options.json) process.stdout.write(`${JSON.stringify(rehearsal)}\n`);
  if (interruption.signal.aborted) return 130;
  return rehearsal.ok ? 0 : 1;
}

function readArguments(args: string[]) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        json: { type: "boolean", default: false },
        config: { type: "string", default: "config.ts" },
        act: { type: "string" },
      },
    });
    if (values.act !== undefined && !acts.some(({ name }) => name === values.act))
      return `there is no act "${values.act}"`;
    return values;
  } catch (error) {
    return (error as Error).message;
  }
}

async function rehearse(
  { json, config, act: last }: { json: boolean; config: string; act?: string | undefined },
  signal: AbortSignal,
): Promise<Rehearsal> {
  const began = performance.now();
  const timeline = startTimeline({ silent: json });
  const sayAside = (line: string) => process.stderr.write(`${line}\n`);
  const results: ActResult[] = [];
  let tools: Tools | undefined;
  let stack: Stack | undefined;
  let parameters: Record<string, string> = {};
  let error: Error | undefined;
  try {
    const configFile = resolve(config);
    await readConfiguration(configFile);
    const found = await timeline.step("the tools", (say) => installTools(json ? sayAside : say, { signal }));
    tools = found;
    const started = await timeline.step("the stack", (say) =>
      startStack({ tools: found, stage: "rehearsal", configFile, startsAt, basesReleasedAt, say, signal }),
    );
    stack = started;
    const stage = setStage(started);
    for (const act of acts.slice(0, acts.findIndex(({ name }) => name === last) + 1 || acts.length))
      results.push(...(await timeline.step(act.name, (say) => playAct(act, stage, say, signal), summaryOf)));
    parameters = await started.parameters();
  } catch (cause) {
    error = cause as Error;
    if (json) sayAside(causes(error));
  }
  await stack?.stop();
  const seconds = Math.round((performance.now() - began) / 100) / 10;
  const ok = error === undefined && results.every(isAsExpected);
  timeline.end(
    ok ? `all as it should be, ${seconds} s` : `not as it should be: ${error ? causes(error) : "see above"}`,
  );
  const parts = tools?.versions ?? {};
  return { ok, seconds, parts, acts: results, parameters, ...(error && { error: causes(error) }) };
}

function isAsExpected(result: ActResult): boolean {
  const expects = acts.find(({ name }) => name === result.act)?.expects;
  if (expects === "image") return result.builds === 1 && result.published && result.notified;
  if (expects === "nothing") return result.builds === 0 && !result.notified;
  return result.builds === 1 && !result.published && result.notified;
}

function summaryOf(results: ActResult[]): string {
  return results
    .map(({ variant, builds, image, published }) => {
      if (builds === 0) return `${variant}: no build`;
      return `${variant}: ${image} ${published ? "published" : "kept out"}`;
    })
    .join(", ");
}

function causes(error: Error): string {
  return error.cause instanceof Error ? `${error.message}: ${causes(error.cause)}` : error.message;
}
