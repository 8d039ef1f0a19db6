import { type ExitCode, exitCodes } from "./exit-codes.ts";

/** An error that a person can read as it is: what was wrong, and what to do about it. */
export class CliError extends Error {
  readonly remedies: readonly string[];
  readonly exitCode: ExitCode;
  /** For `--json`, such as what the service would allow. */
  readonly details: object;

  constructor(
    message: string,
    remedies: readonly string[] = [],
    { exitCode = exitCodes.failed, ...details }: { exitCode?: ExitCode } & Record<string, unknown> = {},
  ) {
    super(message);
    this.remedies = remedies;
    this.exitCode = exitCode;
    this.details = details;
  }
}

/** An error that may be gone a moment later: a connection, a limit, a service that fails. */
export class TransientError extends CliError {}

/** The command line has a mistake. */
export function usageError(message: string, ...remedies: string[]): CliError {
  return new CliError(message, remedies, { exitCode: exitCodes.usage });
}
