import type { ChildProcess, SpawnOptions } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";
import { guestPath, modelDirectory } from "./paths.ts";
import type { Finished } from "./powershell.ts";

/**
 * A PowerShell of one machine that runs script after script, each as in a process of its own (`model/library/Sessions.cs`).
 * To start a PowerShell takes longer than most scripts.
 */
export type Session = {
  /**
   * @param parameters those of `powershell.exe`
   * @param environment the script's variables, beside those of the machine
   * @throws Error if PowerShell crashes
   */
  run: (parameters: string[], environment: Record<string, string>) => Promise<Finished>;
};

export type Launch = (program: string, parameters: string[], options: SpawnOptions) => ChildProcess;

/** @param environment of the PowerShell; it ends when its machine is switched off */
export async function startSession(
  launch: Launch,
  powershell: string,
  environment: NodeJS.ProcessEnv & { WINDOWS_PREFIX: string },
): Promise<Session> {
  const folder = join(environment.WINDOWS_PREFIX, "drive_c/windows-model");
  const portFile = join(folder, "session.port");
  mkdirSync(folder, { recursive: true });
  rmSync(portFile, { force: true });
  const log = openSync(join(folder, "session.log"), "w");
  const running = launch(powershell, ["-File", guestPath(join(modelDirectory, "serve.ps1"))], {
    env: environment,
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  const ended = once(running, "exit").then(() => "ended" as const);
  running.unref();
  while (!existsSync(portFile)) {
    if ((await Promise.race([ended, setTimeout(20)])) === "ended")
      throw new Error(`Wine crashed: PowerShell ended with ${readFileSync(join(folder, "session.log"), "utf8")}`);
  }
  const port = Number(readFileSync(portFile, "utf8"));
  let last: Promise<unknown> = Promise.resolve();

  async function ask(request: object): Promise<Finished> {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => {});
    socket.write(`${JSON.stringify(request)}\n`);
    const answer = await text(socket).catch(() => "");
    if (!answer) throw new Error(`Wine crashed or was stopped while it ran ${JSON.stringify(request).slice(0, 200)}`);
    const { ExitCode, Stdout, Stderr } = JSON.parse(answer);
    return { exitCode: ExitCode, stdout: Stdout, stderr: Stderr };
  }

  return {
    run: (parameters, environment) => {
      const asked = last.then(() => ask({ Script: scriptIn(parameters), Environment: environment }));
      last = asked.catch(() => {});
      return asked;
    },
  };
}

/** What `powershell.exe` runs with these parameters. */
function scriptIn(parameters: string[]): string {
  const after = (pattern: RegExp) => parameters.slice(parameters.findIndex((each) => pattern.test(each)) + 1);
  const [last = ""] = parameters.slice(-1);
  if (parameters.some((each) => /^-file$/i.test(each))) return `& '${last.replaceAll('"', "")}'; exit $LASTEXITCODE`;
  if (parameters.some((each) => /^-encodedcommand$/i.test(each)))
    return Buffer.from(last, "base64").toString("utf16le");
  return after(/^-command$/i).join(" ") || last;
}
