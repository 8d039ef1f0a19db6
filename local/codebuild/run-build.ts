import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Credentials, createRoleCredentials } from "../aws/role-credentials.ts";
import type { Build, EndStatus, PhaseBook, PhaseContext, PhaseType } from "./build.ts";
import { type Buildspec, parseBuildspec } from "./buildspec.ts";
import { buildEnvironment, type Machine } from "./environment.ts";
import { installRuntimes } from "./runtimes.ts";
import { openSession, type Session } from "./session.ts";
import { downloadSource } from "./source.ts";

/** The statuses with which a build can end by itself. The others are imposed from outside. */
type Result = Extract<EndStatus, "SUCCEEDED" | "FAILED" | "FAULT">;

export type Run = {
  machine: Machine;
  /** A short path, because Packer puts sockets below it and a socket's path may have about 100 characters. */
  directory: string;
  infraCredentials: Credentials;
  /** The stack's time. */
  now: () => Date;
  phases: PhaseBook;
  say: (line: string) => void;
  /** Receives the session, so that the worker can end the build. */
  opened: (session: Session) => void;
};

/** Runs a build as CodeBuild does, from its source to the variables it exports. */
export async function runBuild(build: Build, run: Run): Promise<Result> {
  const { machine, phases, say } = run;
  const place = {
    source: join(run.directory, "src"),
    home: join(run.directory, "home"),
    temporary: join(run.directory, "tmp"),
    work: join(run.directory, "session"),
    runtimes: join(run.directory, "runtimes"),
  };
  const aws = { endpoint: machine.emulatorUrl, region: machine.region };

  phases.enter("PROVISIONING");
  for (const directory of Object.values(place)) await mkdir(directory, { recursive: true });
  const session = `AWSCodeBuild-${build.id.split(":")[1]}`;
  const roles = createRoleCredentials({ ...aws, credentials: run.infraCredentials, now: run.now });
  const credentials = await roles.assume(build.serviceRole, session);
  phases.leave("SUCCEEDED");

  phases.enter("DOWNLOAD_SOURCE");
  let buildspec: Buildspec;
  try {
    await downloadSource(build.source.location, build.sourceVersion, place.source, { ...aws, credentials });
    buildspec = parseBuildspec(await readFile(join(place.source, build.source.buildspec), "utf8"));
  } catch (error) {
    const { message } = error as Error;
    say(message);
    phases.leave("FAILED", { statusCode: "CLIENT_ERROR", message });
    return "FAILED";
  }
  const missing = await installRuntimes(buildspec, place.runtimes, say);
  if (phases.leave(missing ? "FAILED" : "SUCCEEDED", missing) !== "SUCCEEDED") return "FAILED";

  const variables = { ...buildspec.env.variables, ...buildEnvironment(machine, build, credentials, place) };
  const shell = openSession(place, variables, say);
  run.opened(shell);
  try {
    const succeeded = await runPhases(buildspec, shell, phases, say);
    await exportVariables(build, buildspec, shell);
    return succeeded ? "SUCCEEDED" : "FAILED";
  } finally {
    await shell.end();
  }
}

/** After a failed `install` or `pre_build` no further phase runs. After a failed `build`, `post_build` still runs. */
async function runPhases(
  { phases: wanted }: Buildspec,
  shell: Session,
  phases: PhaseBook,
  say: (line: string) => void,
): Promise<boolean> {
  const run = (type: PhaseType, phase: { commands?: string[] | undefined } | undefined) =>
    runPhase(type, phase?.commands ?? [], shell, phases, say);
  if ((await run("INSTALL", wanted.install)) !== "SUCCEEDED") return false;
  if ((await run("PRE_BUILD", wanted.pre_build)) !== "SUCCEEDED") return false;
  const built = await run("BUILD", wanted.build);
  if (built === "STOPPED" || built === "TIMED_OUT") return false;
  if (built === "FAILED") await shell.run("export CODEBUILD_BUILD_SUCCEEDING=0");
  const finished = await run("POST_BUILD", wanted.post_build);
  return built === "SUCCEEDED" && finished === "SUCCEEDED";
}

async function runPhase(
  type: PhaseType,
  commands: readonly string[],
  shell: Session,
  phases: PhaseBook,
  say: (line: string) => void,
): Promise<EndStatus> {
  phases.enter(type);
  const failed = await firstFailure(commands, shell, say);
  const status = phases.leave(failed ? "FAILED" : "SUCCEEDED", failed);
  say(`[Container] Phase complete: ${type} State: ${status}`);
  return status;
}

async function firstFailure(
  commands: readonly string[],
  shell: Session,
  say: (line: string) => void,
): Promise<PhaseContext | undefined> {
  for (const command of commands) {
    say(`[Container] Running command ${command}`);
    const status = await shell.run(command);
    if (status === 0) continue;
    const reason = status === undefined ? "the shell has ended" : `exit status ${status}`;
    return {
      statusCode: "COMMAND_EXECUTION_ERROR",
      message: `Error while executing command: ${command}. Reason: ${reason}`,
    };
  }
  return undefined;
}

async function exportVariables(build: Build, buildspec: Buildspec, shell: Session): Promise<void> {
  const environment = await shell.environment();
  build.exportedEnvironmentVariables = buildspec.env["exported-variables"].flatMap((name) => {
    const value = environment[name];
    return value === undefined ? [] : [{ name, value }];
  });
}
