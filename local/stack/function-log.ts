import { appendFileSync } from "node:fs";
import { join } from "node:path";
import type { LogLine } from "../lambda/function.ts";

/** Every line that the two functions have logged, in order. */
export type FunctionLog = { lines: LogLine[]; add(line: LogLine): void; addFailure(error: Error): void };

/** @param directory gets the lines in `functions.log` as well */
export function keepFunctionLog(directory?: string): FunctionLog {
  const lines: LogLine[] = [];
  const write = (text: string) => directory && appendFileSync(join(directory, "functions.log"), `${text}\n`);
  return {
    lines,
    add(line) {
      lines.push(line);
      write(`${line.functionName} ${line.requestId} ${line.text}`);
    },
    addFailure(error) {
      write(error.message);
    },
  };
}
