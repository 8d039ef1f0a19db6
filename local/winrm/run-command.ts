import { fullPath } from "../model/files.ts";
import { type Machine, record } from "../model/machine.ts";
import type { Network } from "../model/network.ts";
import type { ScriptRun } from "../model/transcript.ts";
import { runStep } from "../steps/all-steps.ts";
import { applyResponse } from "../steps/step-response.ts";
import type { StepRules } from "../steps/step-rules.ts";
import { cleanedPaths, elevatedRun, environmentOf, stepOf } from "../steps/uploaded-scripts.ts";
import { type Command, parseCommand } from "./commands.ts";
import type { Output } from "./soap.ts";

/**
 * How a command ends: with output, never, or with a broken connection. `afterwards`: what the machine does when the
 * session closes.
 */
export type Outcome =
  | { kind: "done"; output: Output; afterwards?: "restart" | "stop itself" }
  | { kind: "hangs" }
  | { kind: "drops" };

/** A machine with everything that its commands need. */
export type Guest = { machine: Machine; rules: StepRules; network: Network; packerDir: string; now: () => Date };

const hostName = "EC2AMAZ-STANDIN";

export async function runCommand(guest: Guest, commandLine: string): Promise<Outcome> {
  return execute(guest, parseCommand(commandLine), null);
}

async function execute(guest: Guest, command: Command, elevated: string | null): Promise<Outcome> {
  const { machine, now } = guest;
  const { files } = machine;
  switch (command.kind) {
    case "append":
      files.append(command.path, `${command.base64} \r\n`);
      return done();
    case "assemble":
      return assemble(guest, command.from, command.to);
    case "remove":
      files.remove(command.path);
      return done();
    case "download":
      return download(guest, command.path);
    case "echo": {
      const text = command.text.replace("{0}", hostName);
      record(machine, { kind: "echo", text }, now());
      return done({ stdout: `${text}\r\n` });
    }
    case "registry": {
      const isThere = /\\(RebootPending|PackagesPending)$/.test(command.key) && machine.installation.restartsWanted > 0;
      const answer = isThere ? "True" : "False";
      record(machine, { kind: "registry check", key: command.key, answer }, now());
      return done({ stdout: `${answer}\r\n` });
    }
    case "restart":
      return { ...done(), afterwards: "restart" };
    case "restart probe":
    case "abort restart":
      return done();
    case "script":
      return script(guest, command, elevated);
    case "unknown":
      record(machine, { kind: "unrecognised", commandLine: command.commandLine }, now());
      return done({
        exitCode: 1,
        stderr: `'${command.commandLine.split(" ")[0]}' is not recognized as an internal or external command.\r\n`,
      });
  }
}

function assemble({ machine, now }: Guest, from: string, to: string): Outcome {
  const lines = machine.files.read(from)?.toString("latin1").split("\r\n") ?? [];
  const bytes = Buffer.concat(lines.map((line) => Buffer.from(line, "base64")));
  machine.files.write(to, bytes);
  record(machine, { kind: "upload", path: fullPath(to), bytes, text: bytes.toString("utf8") }, now());
  return done();
}

/** Packer reads the output and ignores the exit code, so it saves a missing file as an empty one. */
function download({ machine, now }: Guest, path: string): Outcome {
  const content = machine.files.read(path);
  record(
    machine,
    { kind: "download", path, found: content !== undefined, text: content?.toString("utf8") ?? "" },
    now(),
  );
  if (content) return done({ stdout: `${content.toString("base64")}\r\n` });
  return done({
    exitCode: 1,
    stderr: `Exception calling "ReadAllBytes" with "1" argument(s): "Could not find file '${path}'."\r\n`,
  });
}

async function script(
  guest: Guest,
  { path, environment }: Extract<Command, { kind: "script" }>,
  elevated: string | null,
): Promise<Outcome> {
  const { machine, now } = guest;
  const text = machine.files.read(path)?.toString("utf8");
  if (text === undefined)
    return done({ exitCode: 1, stderr: `The term '${path}' is not recognized as the name of a script file.\r\n` });
  const cleaned = cleanedPaths(text);
  if (cleaned) {
    for (const each of cleaned) machine.files.remove(each);
    record(machine, { kind: "clean-up", paths: cleaned }, now());
    return done();
  }
  const wrapped = elevatedRun(text);
  if (wrapped) {
    machine.files.remove(path);
    return execute(guest, parseCommand(wrapped.commandLine), wrapped.user);
  }
  return step(guest, path, text, environment, elevated);
}

async function step(
  guest: Guest,
  path: string,
  text: string,
  variables: string | undefined,
  elevated: string | null,
): Promise<Outcome> {
  const { machine, rules, network, packerDir, now } = guest;
  const name = stepOf(text, packerDir) ?? null;
  const environment = environmentOf((variables ? machine.files.read(variables)?.toString("utf8") : text) ?? "");
  const called = name ?? "inline";
  machine.runs.set(called, (machine.runs.get(called) ?? 0) + 1);
  const response = await rules.responseTo(called, machine, () =>
    runStep(called, { machine, settings: environment, network, packerDir }),
  );
  const { stdout, stderr } = response;
  const finished = !response.hang && !response.dropConnection;
  const entry: Omit<ScriptRun, "exitCode"> = {
    kind: "script",
    step: name,
    path,
    elevated,
    environment,
    stdout,
    stderr,
  };
  record(machine, { ...entry, exitCode: finished ? response.exitCode : null }, now());
  applyResponse(machine, response);
  if (response.hang) return { kind: "hangs" };
  if (response.dropConnection) return { kind: "drops" };
  const outcome = done({ exitCode: response.exitCode, stdout, stderr });
  return response.stopsItself ? { ...outcome, afterwards: "stop itself" } : outcome;
}

function done(output: Partial<Output> = {}): Extract<Outcome, { kind: "done" }> {
  return { kind: "done", output: { exitCode: 0, stdout: "", stderr: "", ...output } };
}
