import { childOf, type Tree } from "./tree.ts";
import type { Scope, Value } from "./values.ts";

/** A command, program or method that a script reaches, with what it may be given. */
export type Event = {
  /** `Copy-Item`; `&` for a program; `[IO.File]::ReadAllText`, `.Install` for methods. */
  command: string;
  named: Map<string, Value>;
  positional: Value[];
  /** What comes down the pipeline, or the object whose method it is. */
  input: Value;
  place: Place;
};
export type Place = { script: string; line: number; command: string; check?: string };

/** The state of one script being followed through all of its branches. */
export type Run = {
  /** Declared functions by name in small letters. */
  functions: Map<string, { tree: Tree; scope: Scope }>;
  /** Variables of the environment that have a known text, in small letters. */
  environment: Map<string, Value>;
  events: Event[];
  script: string;
  /** Of the script's own command that is being followed, whatever functions that leads through. */
  line: number;
  /** The test or check that is being followed. */
  check?: string;
  /** Functions that are being followed, innermost last. */
  stack: string[];
  /** Names of commands that nobody declares and Windows does not have either. */
  missing: Set<string>;
  /** Names of the functions that were called, declared or not, in small letters. */
  used: Set<string>;
  /** Declares the functions of the recipe's module. */
  importModule: () => void;
};

export function record(run: Run, tree: Tree, event: Omit<Event, "place">): void {
  const { script, check } = run;
  if (tree.path === script) run.line = tree.line;
  const place = { script, line: run.line, command: event.command, ...(check === undefined ? {} : { check }) };
  run.events.push({ ...event, place });
}

/** What follows is done by this check. */
export function enterCheck(name: string, run: Run): void {
  run.check = name;
  const { script, line } = run;
  run.events.push({
    command: "check",
    named: new Map(),
    positional: [],
    input: [],
    place: { script, line, command: "check", check: name },
  });
}

/** Follows each alternative from the same start; afterwards a variable may hold what any of them gave it. */
export function branch(scope: Scope, alternatives: (() => Value)[]): Value {
  const before = new Map(scope.names);
  const values: Value[] = [];
  const afters: Map<string, Value>[] = [];
  for (const follow of alternatives) {
    scope.names = new Map(before);
    values.push(follow());
    afters.push(scope.names);
  }
  scope.names = new Map();
  for (const name of new Set(afters.flatMap((after) => [...after.keys()]))) {
    scope.names.set(name, either(afters.flatMap((after) => (after.has(name) ? [after.get(name) as Value] : []))));
  }
  return values.flat();
}

/** One of some lists, each in its order: words of a command line mean what they mean by their order. */
function either(lists: Value[]): Value {
  const different = lists.filter(
    (list, index) =>
      lists.findIndex((other) => other.length === list.length && other.every((atom, at) => atom === list[at])) ===
      index,
  );
  return different.flat().slice(0, 256);
}

/** The parameters that a function or script block declares. */
export function parametersOf(body: Tree): { name: string; isSwitch: boolean; initial?: Tree }[] {
  const list = childOf(childOf(body, "param_block") ?? body, "parameter_list");
  return (list?.children ?? [])
    .filter(({ type }) => type === "script_parameter")
    .map((parameter) => {
      const initial = childOf(parameter, "script_parameter_default")?.children.at(-1);
      return {
        name: (childOf(parameter, "variable")?.text ?? "").slice(1).toLowerCase(),
        isSwitch: /\[switch\]/i.test(parameter.text),
        ...(initial ? { initial } : {}),
      };
    });
}
