import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { ActResult } from "../../local/rehearsal/act-result.ts";
import type { Rehearsal } from "../../local/rehearsal/result.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Runs `npm run rehearse` in a process of its own. The process ends by itself when the rehearsal stalls. */
export async function rehearse(...args: string[]) {
  const child = spawn(process.execPath, ["local/rehearsal/command.ts", ...args], {
    cwd: root,
    env: { ...process.env, EMULATOR_NURSERY: "" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [output, errors, status] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise((resolve) => child.once("close", resolve)),
  ]);
  return { output, errors, status };
}

/** What the functions logged last, because the directory that a failed rehearsal names is gone with the machine of a CI run. */
function endOfFunctionLog(errors: string): string {
  const directory = /The logs are in (\S+)/.exec(errors)?.[1];
  const file = join(root, directory ?? "", "functions.log");
  if (!existsSync(file)) return "";
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  return lines
    .slice(-60)
    .map((line) => line.slice(0, 1_000))
    .join("\n");
}

export interface Played {
  rehearsal: Rehearsal;
  /** The result of an act for a variant. */
  act(name: string, variant: string): ActResult;
}

/**
 * Plays a story to its end.
 * @throws Error when the rehearsal fails, or when its standard output is not one JSON object
 */
export async function play(...args: string[]): Promise<Played> {
  const { output, errors, status } = await rehearse("--json", ...args);
  if (status !== 0)
    throw new Error(`rehearsing ${args.join(" ")}: it ended with ${status}\n${errors}\n${endOfFunctionLog(errors)}`);
  const rehearsal = JSON.parse(output) as Rehearsal;
  return {
    rehearsal,
    act(name, variant) {
      const found = rehearsal.acts.find((one) => one.act === name && one.variant === variant);
      if (!found) throw new Error(`the act "${name}" has no result for ${variant}`);
      return found;
    },
  };
}
