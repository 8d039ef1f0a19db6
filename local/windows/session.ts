import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";
import { guestPath, modelDirectory } from "./paths.ts";
import type { Finished } from "./powershell.ts";
import type { RegistryChange } from "./wine-registry.ts";

/** The parts of a registry that machines differ in: HKEY_LOCAL_MACHINE and HKEY_CURRENT_USER. */
export type Hive = "machine" | "user";

/**
 * A PowerShell that runs script after script, each as in a process of its own (`model/library/Sessions.cs`). To start a
 * PowerShell takes longer than most scripts, and so does what it compiles at first use.
 */
export type Session = {
  /**
   * @param parameters those of `powershell.exe`
   * @param environment the script's variables, beside those of the machine
   * @throws Error if PowerShell crashes
   */
  run: (parameters: string[], environment: Record<string, string>) => Promise<Finished>;
  /** Writes hives to these files, and lets the service manager forget what programs have registered if told so. */
  saveRegistry: (files: Record<Hive, string>, removeServices?: boolean) => Promise<void>;
  /** In each change, `added` is the path of a file, or empty. */
  restoreRegistry: (changes: Record<Hive, RegistryChange>) => Promise<void>;
  /** Whether it answers and nothing runs in it. */
  isIdle: () => boolean;
};

/**
 * @param environment of the PowerShell, which ends with its Windows
 * @param folder where it writes its port and its output
 */
export async function startSession(
  powershell: string,
  environment: NodeJS.ProcessEnv,
  folder: string,
): Promise<Session> {
  const portFile = join(folder, "session.port");
  const log = openSync(join(folder, "session.log"), "w");
  const script = guestPath(join(modelDirectory, "serve.ps1"));
  const running = spawn(powershell, ["-File", script, guestPath(portFile)], {
    env: environment,
    detached: true,
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  const printed = () => readFileSync(join(folder, "session.log"), "utf8");
  const ended = once(running, "exit").then(() => "ended" as const);
  running.unref();
  while (!existsSync(portFile)) {
    if ((await Promise.race([ended, setTimeout(20)])) === "ended")
      throw new Error(`Wine crashed: PowerShell ended with ${printed()}`);
  }
  const port = Number(readFileSync(portFile, "utf8"));
  let last: Promise<unknown> = Promise.resolve();
  let asked = 0;
  let isLost = false;

  async function answerTo(request: object): Promise<Finished> {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => {});
    socket.write(`${JSON.stringify(request)}\n`);
    const answer = await text(socket).catch(() => "");
    if (!answer) {
      isLost = true;
      const what = JSON.stringify(request).slice(0, 200);
      throw new Error(`Wine crashed or was stopped while it ran ${what}\n${printed()}`);
    }
    const { ExitCode, Stdout, Stderr } = JSON.parse(answer);
    return { exitCode: ExitCode, stdout: Stdout, stderr: Stderr };
  }

  function ask(request: object): Promise<Finished> {
    asked++;
    const answer = last.then(() => answerTo(request)).finally(() => asked--);
    last = answer.catch(() => {});
    return answer;
  }

  return {
    run: (parameters, environment) => ask({ Script: scriptIn(parameters), Environment: environment }),
    saveRegistry: async (files, removeServices = false) => {
      const paths = { machine: guestPath(files.machine), user: guestPath(files.user) };
      await ask({ Save: paths, RemoveServices: removeServices });
    },
    restoreRegistry: async ({ machine, user }) => {
      await ask({ Restore: { machine: inWindows(machine), user: inWindows(user) } });
    },
    isIdle: () => asked === 0 && !isLost,
  };
}

function inWindows({ removed, cleared, added }: RegistryChange): object {
  return { Removed: removed, Cleared: cleared, Added: added && guestPath(added) };
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
