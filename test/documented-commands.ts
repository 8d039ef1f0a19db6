import { readFileSync } from "node:fs";
import { createProgram } from "../cli/program.ts";

/** A command of a document: a line of a shell block, or a code span that begins like a command. */
export interface DocumentedCommand {
  file: string;
  command: string;
  /** Whether the line before its block is `<!-- needs AWS -->`. Spans are not marked. */
  needsAws: boolean;
}

const shellBlock = /(<!-- needs AWS -->\n+)?```(?:sh|bash|shell|console)\n([\s\S]*?)```/g;

/** The commands in the shell blocks of a document. */
export function commandsIn(file: string): DocumentedCommand[] {
  return [...readFileSync(file, "utf8").matchAll(shellBlock)].flatMap(([, mark, block = ""]) =>
    linesOf(block).map((command) => ({ file, command, needsAws: mark !== undefined })),
  );
}

/** The commands of npm and npx in the code spans of a document. */
export function inlineCommandsIn(file: string): DocumentedCommand[] {
  const prose = readFileSync(file, "utf8").replace(/```[\s\S]*?```/g, "");
  return [...prose.matchAll(/`((?:[A-Z_]+=\S+ )?np[mx] [^`]+)`/g)].flatMap(([, span = ""]) =>
    linesOf(span).map((command) => ({ file, command, needsAws: false })),
  );
}

/** Without comments and the ends of continued lines; `a && b` is two commands. */
function linesOf(block: string): string[] {
  return block
    .replace(/\\\n\s*/g, "")
    .split("\n")
    .flatMap((line) => line.replace(/(^|\s)#.*$/, "").split("&&"))
    .map((command) => command.replace(/^\s*[A-Z_]+=\S+ /, "").trim())
    .filter((command) => command !== "");
}

/** What is wrong about a command of npm or npx; undefined about others, and if nothing is. */
export function whyImpossible(command: string, scripts: Readonly<Record<string, string>>): string | undefined {
  const [program, verb, name = "", ...rest] = command.split(/\s+/);
  if (program === "npx")
    return verb === "sst" || verb === "vitest" ? undefined : `npx ${verb} is no tool of this project`;
  if (program !== "npm" || verb === "ci" || verb === "install") return undefined;
  const script = verb === "run" ? name : (verb ?? "");
  const runs = scripts[script];
  if (!runs) return `package.json has no script ${script}`;
  const [, entry] = /^node (\S+)/.exec(runs) ?? [];
  const words = verb === "run" ? rest : [name, ...rest];
  return entry && (checks[script] ?? whyUnknownOption)(words.slice(words.indexOf("--") + 1), entry);
}

/** A script with a parser of its own is checked by that, any other by the options in its source. */
const checks: Readonly<Record<string, typeof whyUnknownOption>> = { cli: whyWrongUsage };

/** A command in capitals or dots stands for any. */
function whyWrongUsage([command = "", ...words]: readonly string[]): string | undefined {
  const known = /^[a-z]/.test(command) ? command : "plan";
  try {
    createProgram({ stdout: process.stdout }, async () => undefined).parse([known, ...words]);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function whyUnknownOption(words: readonly string[], entry: string): string | undefined {
  const source = readFileSync(entry, "utf8");
  const unknown = words.find((word) => {
    const [, option] = /^--([a-z-]+)/.exec(word) ?? [];
    return option && !new RegExp(`\\b"?${option}"?: \\{ type: "`).test(source);
  });
  return unknown && `${entry} has no option ${unknown}`;
}
