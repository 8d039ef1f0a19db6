import { spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { serveAccount, usualLimits } from "./account-limits.ts";
import { answerProgram, serve } from "./answers.ts";
import { bundleProgram, type ProgramSource } from "./bundle.ts";
import type { Cloud, Ran } from "./cloud.ts";
import type { Answer, Order } from "./runner.ts";

const runner = fileURLToPath(new URL("runner.ts", import.meta.url));

export interface Evaluation {
  stage: string;
  cloud: Cloud;
  /** The program finds it as JSON in the variable `CONFIGURATION`. */
  configuration?: unknown;
}

/** A bundled SST program. It can be evaluated several times; evaluations run one after the other. */
export interface Program {
  /**
   * Evaluates the program. Passes each of its resources to `cloud`, after every resource that its inputs refer to.
   * @returns the resources and the program's outputs; components (`sst:…`) are not among the resources
   * @throws Error with the first resource that could not be created, or with the program's own error
   */
  evaluate(evaluation: Evaluation): Promise<Ran>;
  /** @throws Error when a program that was evaluated left a promise unresolved */
  close(): Promise<void>;
}

/** Evaluates a program once, in a process of its own. As {@link Program.evaluate}. */
export async function runProgram(source: ProgramSource, evaluation: Evaluation & { signal?: AbortSignal }) {
  const program = await openProgram(source, evaluation.signal);
  try {
    return await program.evaluate(evaluation);
  } finally {
    await program.close();
  }
}

export async function openProgram(source: ProgramSource, signal?: AbortSignal): Promise<Program> {
  const bundle = await bundleProgram(source);
  let answer = async (_path: string, _body: unknown): Promise<unknown> => ({});
  const server = await serve((path, body) => answer(path, body));
  let answering: Pick<Cloud, "limits" | "groups"> = { limits: usualLimits };
  const account = await serveAccount(() => answering);
  let child: Runner | undefined;
  let previous: Promise<unknown> = Promise.resolve();

  async function evaluate({ stage, cloud, configuration }: Evaluation): Promise<Ran> {
    const ran: Ran = { app: {}, resources: [], outputs: {}, said: "" };
    const failures: unknown[] = [];
    answer = (path, body) =>
      answerProgram(path, body, cloud, ran).catch((error) => {
        failures.push(error);
        throw error;
      });
    answering = cloud;
    child ??= startRunner(bundle, source.root, { program: addressOf(server), account: addressOf(account) }, signal);
    try {
      ran.said = await child.evaluate({ stage, configuration: JSON.stringify(configuration ?? {}) });
      return ran;
    } catch (error) {
      child = undefined;
      if (signal?.aborted) throw error;
      throw failures[0] ?? new Error(`running ${source.program}: ${(error as Error).message}`, { cause: error });
    }
  }

  return {
    evaluate(evaluation) {
      const result = previous.then(() => evaluate(evaluation));
      previous = result.catch(() => {});
      return result;
    },
    async close() {
      await previous;
      try {
        await child?.stop();
      } finally {
        for (const one of [server, account]) {
          one.close();
          one.closeAllConnections();
        }
        await Promise.all([bundle, `${bundle}.map`].map((file) => rm(file, { force: true })));
      }
    },
  };
}

interface Runner {
  /**
   * @returns what the program wrote to standard error
   * @throws Error with standard error if the program ended the process
   */
  evaluate(order: Order): Promise<string>;
  stop(): Promise<void>;
}

function addressOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function startRunner(
  bundle: string,
  cwd: string,
  servers: { program: string; account: string },
  signal?: AbortSignal,
): Runner {
  const child = spawn(process.execPath, [runner, bundle], {
    cwd,
    signal,
    env: {
      ...process.env,
      SST_SERVER: servers.program,
      // What the program asks with the SDK reaches no real account.
      AWS_ENDPOINT_URL: servers.account,
      SST_AWS_ACCESS_KEY_ID: "program",
      SST_AWS_SECRET_ACCESS_KEY: "program",
    },
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  const ended = Promise.all([text(child.stderr as Readable), once(child, "exit")]).then(([errors, [code]]) => ({
    code: code as number | null,
    reason: errors.trim() || `exit code ${code}`,
  }));
  ended.catch(() => {});

  return {
    async evaluate(order) {
      child.send(order);
      const answered = once(child, "message").then(([answer]) => answer as Answer);
      const outcome = await Promise.race([answered, ended]);
      if ("reason" in outcome) throw new Error(outcome.reason);
      return outcome.stderr;
    },
    async stop() {
      child.disconnect();
      const { code, reason } = await ended;
      if (code !== 0) throw new Error(`ending the program: ${reason}`);
    },
  };
}
