import type { Writable } from "node:stream";
import { checkbox, confirm, input, select } from "@inquirer/prompts";
import { connect, type Deployment, type Where } from "./service/deployment.ts";

export type Output = Writable & { isTTY?: boolean; columns?: number };

/** Questions to a person, as @inquirer/prompts asks them. */
export interface Prompts {
  confirm(question: { message: string; default: boolean }): Promise<boolean>;
  input(question: { message: string; validate(said: string): true | string; default?: string }): Promise<string>;
  select<T extends string>(question: Choosing<T> & { default?: T }): Promise<T>;
  checkbox<T extends string>(question: Choosing<T> & { required: boolean }): Promise<T[]>;
}

interface Choosing<T> {
  message: string;
  choices: { value: T; name?: string; checked?: boolean }[];
}

/** Everything that the command line has of its surroundings. Tests give it others. */
export interface Context {
  stdin: { isTTY?: boolean };
  stdout: Output;
  stderr: Output;
  environment: Readonly<Record<string, string | undefined>>;
  prompts: Prompts;
  /** Finds the deployment. It calls nothing of the deployment itself. */
  connect(
    where: Where,
    about: { readConfig: () => Promise<unknown>; warn: (line: string) => void },
  ): Promise<Deployment>;
  /** What `config.ts` exports. */
  readConfig(): Promise<unknown>;
  /** Aborted when a person interrupts the command. */
  signal: AbortSignal;
}

/** The surroundings of a process. */
export function processContext(): Context {
  const interruption = new AbortController();
  process.once("SIGINT", () => {
    interruption.abort(new Error("interrupted"));
    // Whoever asks twice does not want to wait.
    process.once("SIGINT", () => process.exit(130));
  });
  const { signal } = interruption;
  const streams = { input: process.stdin, output: process.stderr, signal };
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    environment: process.env,
    prompts: {
      confirm: (question) => confirm(question, streams),
      input: (question) => input(question, streams),
      select: (question) => select(question, streams),
      checkbox: (question) => checkbox(question, streams),
    },
    connect: (where, about) => connect(where, { ...about, environment: process.env }),
    readConfig: async () => (await import("../config.ts")).config,
    signal,
  };
}
