import { type Command, parseCommand } from "./commands.ts";
import { fullPath } from "./files.ts";
import { type Machine, record } from "./machine.ts";
import type { Rules } from "./rules.ts";
import type { Output } from "./soap.ts";
import { cleanedPaths, elevatedRun, environmentOf, stepOf } from "./uploaded-scripts.ts";
import type { ScriptCall } from "./windows.ts";

/**
 * How a command ends: with output, never, with a broken connection or with garbage. `afterwards`: what the machine does when the
 * session has closed.
 */
export type Outcome =
  | { kind: "done"; output: Output; afterwards?: "restart" | "leave" }
  | { kind: "hangs" }
  | { kind: "drops" }
  | { kind: "garbles" };

/** A machine with everything that its commands need. */
export type Guest = {
  machine: Machine;
  rules: Rules;
  packerDir: string;
  /** Prints a line on the machine's serial port. */
  print: (line: string) => void;
  now: () => Date;
};

const hostName = "EC2AMAZ-STANDIN";

export async function runCommand(guest: Guest, commandLine: string): Promise<Outcome> {
  guest.machine.transcript.commandLines.push(commandLine);
  return execute(guest, commandLine, null);
}

/** @param sent the elevated wrapper's own command line, if the command is what the wrapper contains */
async function execute(
  guest: Guest,
  commandLine: string,
  elevated: string | null,
  sent = commandLine,
): Promise<Outcome> {
  const { machine, now } = guest;
  const { windows } = machine;
  const command = parseCommand(commandLine);
  switch (command.kind) {
    case "append":
      windows.files.append(command.path, `${command.base64} \r\n`);
      return done();
    case "assemble":
      return assemble(guest, command.from, command.to);
    case "remove":
      windows.files.remove(command.path);
      return done();
    case "download":
      return download(guest, command.path);
    case "echo": {
      const text = command.text.replace("{0}", hostName);
      record(machine, { kind: "echo", text }, now());
      return done({ stdout: `${text}\r\n` });
    }
    case "registry": {
      const answer = (await windows.hasRegistryKey(command.key)) ? "True" : "False";
      record(machine, { kind: "registry check", key: command.key, answer }, now());
      return done({ stdout: `${answer}\r\n` });
    }
    case "restart":
      return { ...done(), afterwards: "restart" };
    case "restart probe":
    case "abort restart":
      return done();
    case "script":
      return script(guest, command, sent, elevated);
    case "unknown":
      record(machine, { kind: "unrecognised", commandLine }, now());
      return done({
        exitCode: 1,
        stderr: `'${commandLine.split(" ")[0]}' is not recognized as an internal or external command.\r\n`,
      });
  }
}

function assemble({ machine, now }: Guest, from: string, to: string): Outcome {
  const lines = machine.windows.files.read(from)?.toString("latin1").split("\r\n") ?? [];
  const bytes = Buffer.concat(lines.map((line) => Buffer.from(line, "base64")));
  machine.windows.files.write(to, bytes);
  record(machine, { kind: "upload", path: fullPath(to), bytes, text: bytes.toString("utf8") }, now());
  return done();
}

/** Packer reads the output and ignores the exit code, so it saves a missing file as an empty one. */
function download({ machine, now }: Guest, path: string): Outcome {
  const content = machine.windows.files.read(path);
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
  commandLine: string,
  elevated: string | null,
): Promise<Outcome> {
  const { machine, packerDir, now } = guest;
  const { files } = machine.windows;
  const text = files.read(path)?.toString("utf8");
  if (text === undefined)
    return done({ exitCode: 1, stderr: `The term '${path}' is not recognized as the name of a script file.\r\n` });
  const cleaned = cleanedPaths(text);
  if (cleaned) {
    for (const each of cleaned) files.remove(each);
    record(machine, { kind: "clean-up", paths: cleaned }, now());
    return done();
  }
  const wrapped = elevatedRun(text);
  if (wrapped) {
    const outcome = await execute(guest, wrapped.commandLine, wrapped.user, commandLine);
    files.remove(path);
    return outcome;
  }
  const variables = environmentOf((environment ? files.read(environment)?.toString("utf8") : text) ?? "");
  return step(guest, {
    step: stepOf(text, packerDir) ?? "inline",
    path,
    environment: variables,
    elevated,
    commandLine,
  });
}

async function step({ machine, rules, print, now }: Guest, call: ScriptCall): Promise<Outcome> {
  const { windows } = machine;
  const ending = await rules.endingOf(call.step, machine, () => windows.run(call));
  const { exitCode, stdout, stderr, hang, dropConnection, garbage } = ending;
  const { commandLine: _sent, ...ran } = call;
  const isFinished = !hang && !dropConnection && !garbage;
  record(
    machine,
    {
      kind: "script",
      ...ran,
      step: call.step === "inline" ? null : call.step,
      exitCode: isFinished ? exitCode : null,
      stdout,
      stderr,
    },
    now(),
  );
  for (const line of ending.console) print(line);
  if (hang) return { kind: "hangs" };
  if (dropConnection) return { kind: "drops" };
  if (garbage) return { kind: "garbles" };
  for (const [path, content] of Object.entries(ending.files)) windows.files.write(path, content);
  const outcome = done({ exitCode, stdout, stderr });
  return ending.staysOn ? outcome : { ...outcome, afterwards: "leave" };
}

function done(output: Partial<Output> = {}): Extract<Outcome, { kind: "done" }> {
  return { kind: "done", output: { exitCode: 0, stdout: "", stderr: "", ...output } };
}
