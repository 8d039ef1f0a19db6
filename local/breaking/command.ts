import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { openRunLogs } from "../rehearsal/run-logs.ts";
import { aligned } from "../rehearsal/summary.ts";
import { startTimeline } from "../rehearsal/timeline.ts";
import { installTools } from "../tools/install.ts";
import { breakOne, type Verdict } from "./break-one.ts";
import type { Case } from "./case.ts";
import { cases } from "./cases.ts";

const usage = `npm run break -- [options]
  --list         say what each case breaks, and break nothing
  --case NAME    break only this; may be repeated; default: every case
  --seed NUMBER  repeats a run: the same number breaks the same at the same moments; default: left to chance`;

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  const wanted = readArguments(args);
  if (typeof wanted === "string") {
    process.stderr.write(`${wanted}\n\n${usage}\n`);
    return 2;
  }
  if (wanted.list) {
    for (const line of aligned(cases.map(({ name, what }) => [name, what]))) process.stdout.write(`${line}\n`);
    return 0;
  }
  const interruption = listenForInterruption();
  const verdicts = await breakAll(wanted.chosen, wanted.seed, interruption);
  if (interruption.aborted) return 130;
  return verdicts.every(({ findings }) => findings.length === 0) ? 0 : 1;
}

async function breakAll(chosen: readonly Case[], seed: number, signal: AbortSignal): Promise<Verdict[]> {
  const timeline = startTimeline({ silent: false });
  const logs = openRunLogs(join(fileURLToPath(new URL("../..", import.meta.url)), ".run"));
  const tools = await timeline.step("the tools", (say) => installTools(say, { signal }));
  const verdicts: Verdict[] = [];
  for (const one of chosen) {
    if (signal.aborted) break;
    const needs = one.needs?.();
    if (needs) {
      timeline.end(`${one.name} is left out: it needs ${needs}`);
      continue;
    }
    const logDir = join(logs.dir, one.name);
    mkdirSync(logDir);
    verdicts.push(
      await timeline.step(
        one.name,
        (say) => breakOne(one, { tools, seed, logDir, say, signal }),
        ({ findings }) => verdictOf(findings),
      ),
    );
  }
  for (const line of report(verdicts, seed, logs.dir)) timeline.end(line);
  return verdicts;
}

function report(verdicts: readonly Verdict[], seed: number, logs: string): string[] {
  const survivors = verdicts.filter(({ findings }) => findings.length === 0);
  return [
    "",
    ...verdicts.flatMap(({ name, broken, recovery, seconds, findings }) => [
      `${name}: ${verdictOf(findings)}, ${seconds.toFixed(1)} s`,
      `  broken    ${broken}`,
      `  recovery  ${recovery || "none"}`,
      ...findings.map((finding) => `  wrong     ${finding}`),
      ...(findings.length > 0 ? [`  look at   ${join(logs, name)}; repeat it with --case ${name} --seed ${seed}`] : []),
    ]),
    "",
    `${survivors.length} of ${verdicts.length} cases survived; seed ${seed}; the logs are in ${logs}`,
  ];
}

function verdictOf(findings: readonly string[]): string {
  return findings.length === 0 ? "survived" : "did not survive";
}

function readArguments(args: string[]): { list: boolean; chosen: readonly Case[]; seed: number } | string {
  try {
    const { values } = parseArgs({
      args,
      options: {
        list: { type: "boolean", default: false },
        case: { type: "string", multiple: true },
        seed: { type: "string", default: String(Math.floor(Math.random() * 1_000_000)) },
      },
    });
    const unknown = (values.case ?? []).filter((name) => !cases.some((one) => one.name === name));
    if (unknown.length > 0)
      return `there is no case ${unknown.join(", ")}; there are ${cases.map(({ name }) => name).join(", ")}`;
    if (!/^\d+$/.test(values.seed)) return `the seed is "${values.seed}", but must be a whole number such as 7`;
    const chosen = values.case ? cases.filter(({ name }) => values.case?.includes(name)) : cases;
    return { list: values.list, chosen, seed: Number(values.seed) };
  } catch (error) {
    return (error as Error).message;
  }
}

/** The first signal stops the case, which cleans up and takes some seconds. */
function listenForInterruption(): AbortSignal {
  const interruption = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(name, () => interruption.abort(new Error(`stopped by ${name}`)));
  return interruption.signal;
}
