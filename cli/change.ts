import { CliError, usageError } from "./cli-error.ts";
import type { Program } from "./command.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { ask, harmless } from "./service/ask.ts";
import type { Session, SharedOptions } from "./session.ts";
import { type ChangeAnswer, changesNothing, changeText } from "./views/change-text.ts";

/** The options of every command that changes something. */
export interface ChangeOptions {
  reason: string | undefined;
  yes: boolean;
  dryRun: boolean;
}

export function changeOptions(program: Program) {
  return program
    .options({
      reason: { describe: "Why, for the records and for subscribers", type: "string", requiresArg: true },
      yes: { alias: "y", describe: "Do it without a question", type: "boolean", default: false },
      "dry-run": { describe: "Only show what would happen", type: "boolean", default: false },
    })
    .group(["reason", "yes", "dry-run"], "Change:");
}

/** A call of the API that changes something. */
export interface Change {
  path: string;
  /** Without the reason. */
  body: Record<string, unknown>;
  /** In words, as a question begins: `Roll back stable of windows-2022-core-1.35`. */
  what: string;
  /** What the call says besides once the dry run has answered, so that it does what was shown and nothing else. */
  pin?(shown: ChangeAnswer): Record<string, unknown>;
}

/** Shows what a change would do, asks, and does it. */
export async function change(
  session: Session,
  options: ChangeOptions & SharedOptions,
  { path, body, what, pin = () => ({}) }: Change,
): Promise<ExitCode> {
  const { terminal } = session;
  const reason = await reasonOf(session, options);
  const order = { ...body, reason };
  const shown = await ask<ChangeAnswer>(session, "Asking what would happen", "POST", path, { ...order, dryRun: true });
  const { name } = await session.deployment();
  if (options.dryRun || changesNothing(shown)) {
    terminal.answer(shown, () => changeText(shown, terminal));
    return exitCodes.done;
  }
  // With --json the answer is what the service said, and a person reads the preview.
  terminal.say(changeText(harmless(shown), terminal));
  if (!options.yes && !(await terminal.confirm(`${what} (${name})?`))) {
    terminal.answer({ ...shown, declined: true }, () => "Nothing was changed.");
    return exitCodes.failed;
  }
  const done = await ask<ChangeAnswer>(session, what, "POST", path, { ...order, ...pin(shown) });
  terminal.answer(done, () => terminal.colors.green(`Done in ${name}.`));
  return exitCodes.done;
}

async function reasonOf({ terminal }: Session, { reason, yes, dryRun }: ChangeOptions): Promise<string> {
  if (reason === undefined && !terminal.hasPerson && !yes && !dryRun)
    throw new CliError(
      "nobody can be asked here, so nothing was changed",
      ["--reason says why, and --yes does it without a question"],
      { exitCode: exitCodes.nobody },
    );
  if (reason === undefined) return terminal.ask("Why? The records and subscribers get this reason:", "--reason");
  if (reason.trim() === "") throw usageError("--reason is empty", "say why, in 1 to 500 characters");
  return reason;
}
