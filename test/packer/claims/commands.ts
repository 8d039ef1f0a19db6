import { pesterCommands, windowsCommands } from "../commands.ts";
import { cmdlets } from "./cmdlets.ts";
import { evaluate, nameOf } from "./expressions.ts";
import { enterCheck, parametersOf, type Run, record } from "./run.ts";
import { childOf, type Tree } from "./tree.ts";
import { type Block, blocks, lookUp, type Scope, tables, texts, unknown, type Value } from "./values.ts";

/** What a command was given. */
export type Given = { named: Map<string, Value>; positional: Value[]; input: Value };

const everyCommand = new Set(
  [...windowsCommands, ...pesterCommands, "Start-Process"].map((name) => name.toLowerCase()),
);

/** Functions of ours whose calls mean something besides what they do. */
const noted = new Set(["add-reportedbinary", "assert-that"]);

/** Follows a command: into a function of ours or a script block, or as far as what is known of Windows' own. */
export function call(tree: Tree, input: Value, scope: Scope, run: Run): Value {
  if (tree.path === run.script) run.line = tree.line;
  const target = childOf(tree, "command_name", "command_name_expr") as Tree;
  const isNamed = target.type === "command_name";
  const called = isNamed ? [target.text] : evaluate(target.children[0] as Tree, scope, run);
  const name = texts(called)[0]?.toLowerCase() ?? "";
  if (isNamed) run.used.add(name);
  const own = isNamed ? run.functions.get(name) : undefined;
  const given = { ...argumentsOf(tree, own ? switchesOf(own.tree) : switches, scope, run), input };
  if (own) {
    if (noted.has(name)) record(run, tree, { command: target.text, ...given });
    return callFunction(name, given, run);
  }

  const scriptBlocks = blocks(called);
  if (scriptBlocks.length > 0) return scriptBlocks.flatMap((block) => runBlock(block, given, run));
  if (!isNamed) {
    record(run, tree, { command: "&", named: new Map([["filepath", called]]), positional: given.positional, input });
    return unknown;
  }

  const known = cmdlets[name];
  if (!known?.isPure) record(run, tree, { command: target.text, ...given });
  if (known) return known.value(given, run);
  if (!everyCommand.has(name)) run.missing.add(target.text);
  return unknown;
}

/** Parameters of Windows' cmdlets that take no value. */
const switches = new Set(
  "force recurse passthru leaf parent online allusers schedule once startwhenavailable wait expandproperty asjob literal raw nonewline notypeinformation unique hidden system simple compress append".split(
    " ",
  ),
);
switches.delete("expandproperty");

function switchesOf(body: Tree): Set<string> {
  return new Set(
    parametersOf(body)
      .filter(({ isSwitch }) => isSwitch)
      .map(({ name }) => name),
  );
}

function argumentsOf(tree: Tree, withoutValue: Set<string>, scope: Scope, run: Run): Omit<Given, "input"> {
  const named = new Map<string, Value>();
  const positional: Value[] = [];
  const elements = (childOf(tree, "command_elements")?.children ?? []).filter(
    ({ type, text }) => type !== "redirection" && !(type === "command_argument_sep" && text !== ":"),
  );
  for (let index = 0; index < elements.length; index++) {
    const element = elements[index] as Tree;
    if (element.type === "command_parameter") {
      const name = element.text.slice(1).toLowerCase();
      const next = elements[index + 1];
      const isAttached = next?.type === "command_argument_sep";
      const value = isAttached ? elements[index + 2] : next;
      if (!value || value.type === "command_parameter" || (withoutValue.has(name) && !isAttached)) {
        named.set(name, unknown);
        continue;
      }
      named.set(name, evaluate(value, scope, run));
      index += isAttached ? 2 : 1;
      continue;
    }
    if (element.type === "variable" && element.text.startsWith("@")) {
      const splatted = lookUp(scope, nameOf(element)) ?? unknown;
      for (const { entries } of tables(splatted)) for (const [name, value] of entries) named.set(name, value);
      if (tables(splatted).length === 0) positional.push(splatted);
      continue;
    }
    positional.push(evaluate(element, scope, run));
  }
  return { named, positional };
}

function callFunction(name: string, given: Given, run: Run): Value {
  const own = run.functions.get(name);
  if (!own || run.stack.filter((each) => each === name).length > 1) return unknown;
  const before = run.check;
  if (name === "invoke-check") enterCheck(texts(given.named.get("name") ?? []).join(" "), run);
  run.stack.push(name);
  const value = runBlock({ kind: "block", body: own.tree, scope: own.scope }, given, run);
  run.stack.pop();
  if (before === undefined) delete run.check;
  else run.check = before;
  return value;
}

/** Runs a function or script block with its parameters bound. */
export function runBlock({ body, scope }: Block, { named, positional, input }: Given, run: Run): Value {
  const inner: Scope = { names: new Map([["_", input]]), parent: scope };
  const open = [...positional];
  for (const parameter of parametersOf(body)) {
    const value =
      named.get(parameter.name) ??
      (parameter.isSwitch ? undefined : open.shift()) ??
      (parameter.initial ? evaluate(parameter.initial, inner, run) : []);
    inner.names.set(parameter.name, value);
  }
  const statements = body.children.filter(({ type }) => type !== "param_block");
  return statements.flatMap((statement) => evaluate(statement, inner, run));
}
