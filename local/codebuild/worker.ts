import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Credentials } from "../aws/role-credentials.ts";
import { type Build, type EndStatus, keepPhases, type PhaseBook } from "./build.ts";
import type { Machine } from "./environment.ts";
import { runBuild } from "./run-build.ts";
import type { Session } from "./session.ts";
import { sendStateChange } from "./state-change-event.ts";

export type Worker = {
  begin(build: Build): void;
  /** Kills the build, as CodeBuild does for StopBuild and at a timeout: Packer cleans nothing up. */
  kill(build: Build, status: EndStatus): void;
  /** Lets the next build end as FAULT, as if CodeBuild itself had failed. */
  faultNext(): void;
  logFile(build: number): string;
  /** Holds everything that a build writes. */
  directory(build: number): string;
  /** Resolves once every build that runs now has ended and its event is sent. */
  ended(): Promise<unknown>;
  /** Ends all builds without sending events. */
  close(): Promise<void>;
};

type Work = { end: (status: EndStatus) => Promise<void>; kill: () => void; done: Promise<void> };

export type WorkerOptions = {
  machine: Machine;
  infraCredentials: Credentials;
  directory: string;
  /** Holds the builds' logs. Without it they are in the builds' directories. */
  logDirectory?: string;
  now: () => Date;
  log: (line: string) => void;
  changed: (build: Build) => void;
  /** How many real milliseconds a minute of a build's timeout lasts. */
  minute: number;
};

/** Runs builds in parallel, each in its own directory. */
export function createWorker(options: WorkerOptions): Worker {
  const { machine, infraCredentials, now, log, changed, minute, logDirectory } = options;
  const working = new Map<Build, Work>();
  let faults = 0;
  let begun = 0;
  let closing = false;
  // An uncaught error ends this process without a call of close().
  process.on("exit", killAll);

  function killAll(): void {
    for (const { kill } of working.values()) kill();
  }

  function begin(build: Build): void {
    const phases = keepPhases(build, now, () => changed(build));
    let session: Session | undefined;
    let ending: EndStatus | undefined;
    let gone = Promise.resolve();

    async function end(status: EndStatus): Promise<void> {
      if (build.buildComplete) return;
      if (!ending) phases.interrupt(status);
      ending ??= status;
      gone = session?.end() ?? gone;
      await gone;
    }

    const number = ++begun;
    const timer = setTimeout(() => void end("TIMED_OUT"), build.timeoutInMinutes * minute);
    phases.enter("SUBMITTED");
    phases.leave("SUCCEEDED");
    phases.enter("QUEUED");
    phases.leave("SUCCEEDED");
    const done = work();
    working.set(build, { end, kill: () => session?.kill(), done });

    async function work(): Promise<void> {
      await sendEvent(build);
      const directory = directoryOf(number);
      await mkdir(directory, { recursive: true });
      const file = createWriteStream(logFile(number));
      const say = (line: string) => {
        file.write(`${line}\n`);
        log(`${build.projectName} #${build.buildNumber}: ${line}`);
      };
      const opened = (shell: Session) => {
        session = shell;
        // The build was stopped before its shell was open.
        if (ending) gone = shell.end();
      };
      const result = await attempt(
        () => runBuild(build, { machine, directory, infraCredentials, now, phases, say, opened }),
        phases,
        say,
      );
      clearTimeout(timer);
      await gone;
      await new Promise<void>((resolve) => file.end(resolve));
      phases.leave(result);
      phases.resume();
      phases.enter("FINALIZING");
      phases.leave("SUCCEEDED");
      build.buildStatus = ending ?? result;
      build.endTime = now();
      build.buildComplete = true;
      phases.enter("COMPLETED");
      await sendEvent(build);
      working.delete(build);
    }
  }

  /** A failure around a build, not in it, is CodeBuild's own fault. */
  async function attempt(
    work: () => Promise<EndStatus>,
    phases: PhaseBook,
    say: (line: string) => void,
  ): Promise<EndStatus> {
    try {
      if (faults > 0) {
        faults--;
        phases.enter("PROVISIONING");
        throw new Error("CodeBuild has failed on request");
      }
      return await work();
    } catch (error) {
      say((error as Error).message);
      return "FAULT";
    }
  }

  async function sendEvent(build: Build): Promise<void> {
    if (closing) return;
    const aws = { endpoint: machine.emulatorUrl, region: machine.region, credentials: infraCredentials };
    // As in AWS, a build goes on when its event cannot be delivered.
    await sendStateChange(build, now(), aws).catch((error: Error) => log(`${error.message}: ${error.cause}`));
  }

  function directoryOf(build: number): string {
    return join(options.directory, String(build));
  }

  function logFile(build: number): string {
    return logDirectory ? join(logDirectory, `build-${build}.log`) : join(directoryOf(build), "log");
  }

  return {
    begin,
    logFile,
    directory: directoryOf,
    kill: (build, status) => void working.get(build)?.end(status),
    faultNext: () => {
      faults++;
    },
    ended: () => Promise.all([...working.values()].map(({ done }) => done)),
    async close() {
      closing = true;
      const all = [...working.values()];
      await Promise.all(all.map(({ end }) => end("STOPPED")));
      await Promise.all(all.map(({ done }) => done));
      process.off("exit", killAll);
    },
  };
}
