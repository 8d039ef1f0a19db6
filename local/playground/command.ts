import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { errorText } from "../rehearsal/error-text.ts";
import { readOrder } from "./orders.ts";
import { openPlayground, type Playground, type PlaygroundOptions } from "./playground.ts";
import { takePlace } from "./run-file.ts";

const usage = `npm run local -- [options]
  --config FILE  the configuration; default: config.ts
  --scripts      run the scripts of layer builds in a PowerShell instead of replaying them (CONTRIBUTING.md)

Lines on standard input work the stack; "help" lists them.`;

const usersConfig = fileURLToPath(new URL("../../config.ts", import.meta.url));
const say = (line: string) => void process.stdout.write(`${line}\n`);
const complain = (line: string) => void process.stderr.write(`${line}\n`);

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  const options = readArguments(args);
  if (typeof options === "string") {
    complain(`${options}\n\n${usage}`);
    return 2;
  }
  const end = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(name, () => {
      if (end.signal.aborted) complain("already stopping, a few more seconds …");
      else end.abort(new Error(`stopped by ${name}`));
    });
  try {
    await keepUp(options, end);
    return 0;
  } catch (error) {
    if (end.signal.aborted) return 0;
    complain(errorText(error));
    return 1;
  }
}

/** Keeps a stack up until a signal or the line `quit` ends it. */
async function keepUp(options: PlaygroundOptions, end: AbortController): Promise<void> {
  const place = takePlace();
  try {
    const playground = await openPlayground(options, place, say, end.signal);
    const lines = createInterface({ input: process.stdin });
    lines.on("line", (line) => void followLine(line, playground, () => end.abort(new Error("quit"))));
    if (!end.signal.aborted) await new Promise((resolve) => end.signal.addEventListener("abort", resolve));
    lines.close();
    process.stdin.destroy();
    say("stopping …");
    await playground.stop();
  } finally {
    place.leave();
  }
}

/** Whoever types "quit" wants it now; in a file of lines it has its turn. */
async function followLine(line: string, playground: Playground, quit: () => void): Promise<void> {
  const order = readOrder(line);
  if (order === undefined) return;
  if (typeof order === "string") return say(order);
  if (order.do !== "quit") return playground.follow(order);
  if (!process.stdin.isTTY) await playground.followed();
  quit();
}

function readArguments(args: string[]): PlaygroundOptions | string {
  try {
    const { values } = parseArgs({
      args,
      options: { config: { type: "string" }, scripts: { type: "boolean", default: false } },
    });
    const configFile = values.config === undefined ? usersConfig : resolve(values.config);
    if (!existsSync(configFile)) return `the configuration ${values.config} does not exist`;
    return { configFile, scripts: values.scripts };
  } catch (error) {
    return (error as Error).message;
  }
}
