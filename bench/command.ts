import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { z } from "zod";
import { JsonText } from "../functions/config/json.ts";
import type { Figure, Measured } from "./group.ts";
import { groups } from "./groups.ts";

const usage = `npm run bench -- [--json] [GROUP …]
  --json  print one JSON object on standard output
  GROUP   ${Object.keys(groups).join(", ")}; default: all of them`;

const Parts = z.record(z.string(), z.number());
const Values = JsonText.pipe(z.record(z.string(), z.union([z.number(), Parts])));

process.exitCode = await main(process.argv.slice(2));

/** Measures, and says of each figure whether it is what it must be. The figures depend on the machine and on its load. */
async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { json: { type: "boolean" } } });
  const unknown = positionals.filter((name) => !Object.hasOwn(groups, name));
  if (unknown.length > 0) {
    process.stderr.write(`unknown: ${unknown.join(", ")}\n\n${usage}\n`);
    return 2;
  }
  const all: Record<string, Measured> = {};
  for (const name of positionals.length > 0 ? positionals : Object.keys(groups)) {
    const measured = await measure(name);
    Object.assign(all, measured);
    if (!values.json)
      for (const figure of groups[name]?.figures ?? []) process.stdout.write(`${rowOf(figure, measured)}\n`);
  }
  if (values.json) process.stdout.write(`${JSON.stringify(all)}\n`);
  return 0;
}

/** Each group gets a process of its own, so that none finds the memory, or the compiled code, of another. */
async function measure(group: string): Promise<Record<string, Measured>> {
  const script = fileURLToPath(new URL("measure.ts", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script, group]);
  return Values.parse(stdout);
}

/** The row of a figure and, indented, a row for each of its parts. */
function rowOf({ key, what, unit, atMost }: Figure, measured: Readonly<Record<string, Measured>>): string {
  const found = measured[key] ?? Number.NaN;
  const parts = typeof found === "number" ? [] : Object.entries(found);
  const value = typeof found === "number" ? found : parts.reduce((sum, [, part]) => sum + part, 0);
  const limit = atMost === undefined ? "" : `≤ ${atMost} ${unit}`.trim();
  const mark = atMost === undefined ? " " : value <= atMost ? "✓" : "✗";
  const row = `${mark} ${key.padEnd(23)}  ${`${rounded(value)} ${unit}`.padStart(10)}  ${limit.padEnd(10)}  ${what}`;
  return [row, ...parts.map(([name, part]) => `${"".padEnd(27)}${part.toFixed(3).padStart(8)}  ${name}`)].join("\n");
}

function rounded(value: number): string {
  return value < 10 ? value.toFixed(2) : value.toFixed(0);
}
