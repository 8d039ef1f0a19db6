import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { connect } from "node:net";
import { createInterface } from "node:readline";
import type { Duplex, Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { Tools } from "../tools/install.ts";

/** A running emulator process: the one line that it prints, and how to end it. */
export type EmulatorProcess = { line: string; stop(): Promise<void> };

type Order = { clock: string; region: string; log: string };

const program = fileURLToPath(new URL("emulator", import.meta.url));

/**
 * Starts an emulator that never outlives this process. If the variable EMULATOR_NURSERY holds the port of a nursery,
 * the emulator comes from there, which takes milliseconds instead of seconds.
 * @throws Error when the process ends before it is ready
 */
export function startEmulatorProcess({ python }: Pick<Tools, "python">, order: Order): Promise<EmulatorProcess> {
  const nursery = Number(process.env.EMULATOR_NURSERY);
  return nursery ? fork(nursery, order) : load(python, ["--clock", order.clock, "--region", order.region], order.log);
}

/** Starts a nursery of emulators. Its line is a JSON object with its `port`. */
export function startNursery({ python }: Pick<Tools, "python">): Promise<EmulatorProcess> {
  return load(python, ["--nursery"]);
}

async function load(python: string, parameters: string[], log?: string): Promise<EmulatorProcess> {
  const child = spawn(python, [program, ...parameters], {
    stdio: ["pipe", "pipe", log ? "pipe" : "inherit"],
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1", PYTHONUNBUFFERED: "1" },
  });
  if (log) child.stderr?.pipe(createWriteStream(log));
  const ended = new Promise<unknown>((resolve) => child.once("error", resolve).once("exit", resolve));
  const line = await firstLine(child.stdout as Readable, ended, log);
  return {
    line,
    async stop() {
      child.stdin?.end();
      await ended;
    },
  };
}

async function fork(nursery: number, order: Order): Promise<EmulatorProcess> {
  const connection: Duplex = connect(nursery, "127.0.0.1");
  const ended = once(connection, "close");
  connection.write(`${JSON.stringify(order)}\n`);
  const line = await firstLine(connection, ended, order.log);
  return {
    line,
    async stop() {
      connection.end();
      await ended;
    },
  };
}

async function firstLine(output: Readable, ended: Promise<unknown>, log = "standard error"): Promise<string> {
  const lines = createInterface({ input: output });
  return Promise.race([
    once(lines, "line").then(([line]) => line as string),
    ended.then((how) => {
      throw new Error(`starting the AWS emulator: it ended (${how}); see ${log}`);
    }),
  ]);
}
