import { createColors } from "picocolors";
import yoctoSpinner from "yocto-spinner";
import { CliError, usageError } from "../cli-error.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { untilInterrupted } from "../interruption.ts";

/** How a command talks to the person, or the program, that called it. */
export interface Terminal {
  /** Whether standard output gets one JSON document and nothing else. */
  json: boolean;
  /** How many columns a line may have. */
  width: number;
  colors: ReturnType<typeof createColors>;
  /** A person reads this: on standard output, or with `--json` on standard error. */
  say(text: string): void;
  /** The answer of the command, once: as a JSON document with `--json`, else as text. */
  answer(document: unknown, text: () => string): void;
  /** A remark on standard error. */
  warn(text: string): void;
  /** Whether somebody can answer questions. */
  hasPerson: boolean;
  /** @throws CliError if nobody can be asked */
  confirm(question: string): Promise<boolean>;
  /** @param option what gives the answer without a question, such as `--reason` */
  ask(question: string, option: string): Promise<string>;
  /** Shows on a terminal that something is going on. The work may say what it is now. */
  progress<T>(what: string, work: (now: (what: string) => void) => Promise<T>): Promise<T>;
}

/** A terminal of unknown width, and what is no terminal. */
const usualWidth = 80;
/** Answers that come sooner need no spinner, in milliseconds. */
const patience = 300;

export function createTerminal(context: Context, json: boolean): Terminal {
  const { stdin, stdout, stderr, environment, prompts } = context;
  const isColored = !json && stdout.isTTY === true && !environment.NO_COLOR && environment.TERM !== "dumb";
  const hasPerson = stdin.isTTY === true && stderr.isTTY === true;
  const print = (stream: typeof stdout) => (text: string) => void stream.write(`${text}\n`);
  const say = print(json ? stderr : stdout);
  const warn = print(stderr);
  let isSpinning = false;

  return {
    json,
    width: (stdout.isTTY && stdout.columns) || usualWidth,
    colors: createColors(isColored),
    say,
    warn,
    answer: (document, text) => print(stdout)(json ? jsonText(document) : text()),
    hasPerson,
    async confirm(question) {
      if (!hasPerson)
        throw new CliError("nobody can be asked here, so nothing was changed", ["--yes does it without a question"], {
          exitCode: exitCodes.nobody,
        });
      return prompts.confirm({ message: question, default: false });
    },
    async ask(question, option) {
      if (!hasPerson) throw usageError(`${option} is missing, and nobody can be asked here`);
      const validate = (said: string) => said.trim() !== "" || "This cannot be empty";
      return (await prompts.input({ message: question, validate })).trim();
    },
    async progress(what, work) {
      const { signal } = context;
      signal.throwIfAborted();
      // Work within other work is shown as that.
      if (!stderr.isTTY || isSpinning)
        return untilInterrupted(
          signal,
          work(() => undefined),
        );
      const spinner = yoctoSpinner({ text: `${what} …`, stream: stderr as never });
      isSpinning = true;
      const timer = setTimeout(() => spinner.start(), patience);
      try {
        const show = (now: string) => {
          spinner.text = `${now} …`;
        };
        return await untilInterrupted(signal, work(show));
      } finally {
        clearTimeout(timer);
        spinner.stop();
        isSpinning = false;
      }
    },
  };
}

/** JSON without characters that control a terminal: JSON itself allows those from 7F on. */
export function jsonText(document: unknown): string {
  const asEscape = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(document, undefined, 2).replace(/[\u007f-\u009f\u2028\u2029]/g, asEscape);
}
