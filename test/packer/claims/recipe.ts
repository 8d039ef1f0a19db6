import type { Script } from "../powershell.ts";
import { callsIn } from "../powershell.ts";
import { evaluate } from "./expressions.ts";
import type { Event, Run } from "./run.ts";
import { below, childOf, type Tree, treeOf } from "./tree.ts";
import type { Scope, Value } from "./values.ts";

const manifest = "modules/EksWindowsImages/EksWindowsImages.psd1";

/** What all scripts of a recipe reach, and the commands among it that nobody declares. */
export type Followed = { events: Event[]; missing: { script: string; command: string }[] };

/**
 * Follows each script on its own, as it runs: with the module if it imports it, in the work directory of its Packer
 * run.
 */
export function followRecipe(scripts: Script[]): Followed {
  const parts = moduleParts(scripts);
  const runs = scripts.filter(({ path }) => !path.startsWith("modules/")).map((script) => followScript(script, parts));
  return {
    events: runs.flatMap(({ events }) => events),
    missing: runs.flatMap(({ script, missing }) => [...missing].map((command) => ({ script, command }))),
  };
}

/** The files of the module that its manifest and root load, in their order. */
function moduleParts(scripts: Script[]): Tree[] {
  const at = (path: string) => scripts.find((script) => script.path === path);
  const root = /RootModule\s*=\s*'([^']+)'/.exec(at(manifest)?.text ?? "")?.[1];
  const module = root && at(manifest.replace(/[^/]+$/, root));
  if (!module) return [];
  return callsIn(module.root)
    .filter(({ operator }) => operator === ".")
    .flatMap(({ name }) => /\\(\w+\.ps1)"$/.exec(name)?.[1] ?? [])
    .flatMap((file) => at(manifest.replace(/[^/]+$/, file)) ?? [])
    .map(treeOf);
}

/** A script that was followed before does the same again while the functions it used are the same. */
const followed = new WeakMap<Script, { run: Run; used: Map<string, string | undefined> }>();

function followScript(script: Script, parts: Tree[]): Run {
  const declared = new Map(parts.flatMap(declarationsOf));
  const before = followed.get(script);
  if (before && [...before.used].every(([name, text]) => declared.get(name) === text)) return before.run;
  const run = follow(script, parts);
  const used = [...parts.map(({ path }) => `rest of ${path}`), ...run.used].map(
    (name): [string, string | undefined] => [name, declared.get(name)],
  );
  if (!before) followed.set(script, { run, used: new Map(used) });
  return run;
}

/** Each function of a part of the module with its text, and what the part holds besides. */
function declarationsOf(part: Tree): [string, string][] {
  const known = declarations.get(part);
  if (known) return known;
  const functions = below(part, "function_statement");
  const rest = functions.reduce((text, { text: declaration }) => text.replace(declaration, ""), part.text);
  const found: [string, string][] = [
    [`rest of ${part.path}`, rest],
    ...functions.map((each): [string, string] => [
      (childOf(each, "function_name")?.text ?? "").toLowerCase(),
      each.text,
    ]),
  ];
  declarations.set(part, found);
  return found;
}

const declarations = new WeakMap<Tree, [string, string][]>();

function follow(script: Script, parts: Tree[]): Run {
  const run: Run = {
    functions: new Map(),
    environment: environmentOf(script.path),
    events: [],
    script: script.path,
    line: 0,
    stack: [],
    missing: new Set(),
    used: new Set(),
    importModule: () => {
      const scope: Scope = {
        names: new Map([["psscriptroot", [`${workDirectory(script.path)}\\modules\\EksWindowsImages`]]]),
      };
      for (const part of parts) evaluate(part, scope, run);
    },
  };
  const directory = script.path.replace(/\/?[^/]+$/, "");
  const scope: Scope = { names: new Map([["psscriptroot", [`${workDirectory(script.path)}\\${directory}`]]]) };
  // Pester runs in the session of the step that called it.
  if (directory === "tests") run.importModule();
  evaluate(treeOf(script), scope, run);
  return run;
}

/** Below which a Packer run keeps its files in the guest. */
export function workDirectory(path: string): string {
  const run = /^(proof|harvest)\//.exec(path)?.[1];
  return `C:\\eks-windows-images${run ? `-${run}` : ""}`;
}

function environmentOf(path: string): Map<string, Value> {
  return new Map([
    ["programfiles", ["C:\\Program Files"]],
    ["programdata", ["C:\\ProgramData"]],
    ["systemroot", ["C:\\Windows"]],
    ["windir", ["C:\\Windows"]],
    ["systemdrive", ["C:"]],
    ["work_directory", [workDirectory(path).replaceAll("\\", "/")]],
  ]);
}
