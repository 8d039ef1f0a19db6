import { oneLine } from "../functions/config/clip.ts";
import { CliError } from "./cli-error.ts";
import type { Execute } from "./command.ts";
import { type Context, processContext } from "./context.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { namesOf, noNames } from "./names.ts";
import { commands, createProgram, helpWidth } from "./program.ts";
import { startSession } from "./session.ts";
import { jsonText } from "./terminal/terminal.ts";
import { groupedHelp } from "./views/help.ts";

/**
 * Runs the command line.
 * @param args without Node.js and the script
 * @returns what the process is to exit with
 */
export async function main(args: readonly string[], context: Context = processContext()): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.done;
  const execute: Execute = async (options, run) => {
    exitCode = await run(startSession(context, options));
  };
  let output = "";
  try {
    const names = args.includes("--get-yargs-completions") ? await namesOf(context) : noNames;
    await createProgram(context, execute, names).parseAsync([...args], {}, (_error, _given, text) => {
      output = text;
    });
    // The help, the version or a completion.
    if (output !== "") context.stdout.write(`${groupedHelp(output, commands, helpWidth(context))}\n`);
    return exitCode;
  } catch (error) {
    return report(error as Error, args.includes("--json"), context);
  }
}

/** Says what went wrong and what to do about it. */
function report(error: Error, json: boolean, { stdout, stderr, signal }: Context): ExitCode {
  if (signal.aborted || error.name === "ExitPromptError") {
    stderr.write("interrupted\n");
    return exitCodes.interrupted;
  }
  const { message, remedies, exitCode, details } = error instanceof CliError ? error : new CliError(error.message);
  if (json) stdout.write(`${jsonText({ error: message, remedies, ...details })}\n`);
  const lines = [message, ...remedies.map((remedy) => `  → ${remedy}`)].join("\n").split("\n");
  stderr.write(`${lines.map(oneLine).join("\n")}\n`);
  return exitCode;
}
