/**
 * The process that evaluates a bundled SST program: `node runner.ts BUNDLE`. It evaluates once for each {@link Order}
 * that its parent sends and answers with an {@link Answer}. A program that fails ends the process, with the error on
 * standard error.
 */
import { readFileSync } from "node:fs";
import { SourceMap } from "node:module";
import { pathToFileURL } from "node:url";

export interface Order {
  stage: string;
  /** JSON for the program in the variable `CONFIGURATION`. */
  configuration: string;
}

export interface Answer {
  /** What the program wrote to standard error. */
  stderr: string;
}

const bundle = process.argv[2] as string;
let evaluations = 0;

const { stderr } = process;
const { write } = stderr;
let written = "";
stderr.write = (chunk: string | Uint8Array) => {
  written += chunk;
  return true;
};

process.on("message", evaluate);
process.on("uncaughtException", (error: unknown) => {
  stderr.write(`${error instanceof Error ? mapped(error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});
process.on("exit", () => {
  stderr.write = write;
  stderr.write(written);
});

async function evaluate({ stage, configuration }: Order): Promise<void> {
  // During an evaluation, only the program keeps the process alive. If its resources wait for each other, the process
  // ends and Pulumi says so.
  process.channel?.unref();
  process.env.CONFIGURATION = configuration;
  // The program and SST's components have state, so each evaluation loads them anew. Pulumi and its provider, which
  // take longer, stay.
  const program = await import(`${pathToFileURL(bundle)}?${++evaluations}`);
  // One of SST's packages maps stack traces to sources. Pulumi takes a trace for each resource and promise: mapping
  // them would take most of the evaluation's time.
  Reflect.deleteProperty(Error, "prepareStackTrace");
  await program.evaluate(stage);
  process.channel?.ref();
  process.send?.({ stderr: written } satisfies Answer);
  written = "";
}

/** A stack trace with positions in the sources instead of positions in the bundle. */
function mapped(stack: string): string {
  const map = new SourceMap(JSON.parse(readFileSync(`${bundle}.map`, "utf8")));
  return stack.replaceAll(/[^\s(]+\.mjs\?\d+:(\d+):(\d+)/g, (position, line, column) => {
    const origin = map.findOrigin(Number(line), Number(column));
    return "fileName" in origin ? `${origin.fileName}:${origin.lineNumber}:${origin.columnNumber}` : position;
  });
}
