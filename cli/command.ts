import type { ArgumentsCamelCase, Argv } from "yargs";
import type { ExitCode } from "./exit-codes.ts";
import type { Session, SharedOptions } from "./session.ts";

export type Program = Argv<SharedOptions>;

/** Runs a command in a session of its own. */
export type Execute = (options: SharedOptions, run: (session: Session) => Promise<ExitCode>) => Promise<void>;

/** What a command is for: the help lists it there. */
export type Group = keyof typeof groups;
export const groups = {
  look: "Look",
  change: "Decide",
  fleets: "Fleets",
  setUp: "Set up",
} as const;

/** A command of the program. */
export interface Command {
  name: string;
  usage: string;
  summary: string;
  group: Group;
  /** What its first argument names, for completion. */
  completes?: "variants" | "fleets";
  /** Tells yargs about it. */
  addTo(program: Program, execute: Execute): Program;
}

interface Definition<Own> {
  /** Its name and arguments as yargs reads them: `status [variant]`. */
  usage: string;
  /** One line for the help, in the imperative and without a full stop. */
  summary: string;
  group: Group;
  completes?: Command["completes"];
  /** Adds its arguments and options. */
  options(program: Program): Argv<SharedOptions & Own>;
  /** @returns what the shell learns; an error is a CliError */
  run(options: ArgumentsCamelCase<SharedOptions & Own>, session: Session): Promise<ExitCode>;
}

/** Keeps the types of a command's options to itself, so that commands can be listed. */
export function defineCommand<Own>({ usage, summary, group, completes, options, run }: Definition<Own>): Command {
  return {
    name: usage.split(" ")[0] ?? usage,
    usage,
    summary,
    group,
    completes,
    addTo: (program, execute) =>
      program.command(usage, summary, options, async (given) => execute(given, async (session) => run(given, session))),
  };
}
