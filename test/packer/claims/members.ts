import { argumentsOf, evaluate } from "./expressions.ts";
import { leafOf } from "./paths.ts";
import { type Run, record } from "./run.ts";
import { childOf, type Tree } from "./tree.ts";
import {
  type Atom,
  concatenated,
  isSetting,
  keyOf,
  mapTexts,
  type Scope,
  table,
  texts,
  union,
  unknown,
  type Value,
} from "./values.ts";

/** `$a.Name`, `$a['name']`. */
export function memberOf(tree: Tree, scope: Scope, run: Run): Value {
  const [object, , key] = tree.children as [Tree, Tree, Tree];
  const owner = evaluate(object, scope, run);
  const names = texts(evaluate(key.type === "member_name" ? (key.children[0] as Tree) : key, scope, run));
  const isIndex = names.every((name) => /^-?\d+$/.test(name));
  if (isIndex) return at(owner, Number(names[0]));
  if (owner.length === 0) return unknown;
  return names.flatMap((name) => union(owner.flatMap((atom) => property(atom, name, tree, run))));
}

function at(owner: Value, index: number): Value {
  const atom = owner.at(index);
  return atom === undefined ? owner : [atom];
}

function property(atom: Atom, name: string, tree: Tree, run: Run): Value {
  const key = keyOf(name);
  if (key === "psobject") return [atom];
  if (typeof atom === "string") return propertyOfText(atom, name, tree, run);
  if (atom.kind === "block") return unknown;
  const entries = [...atom.entries];
  if (key === "keys") return entries.map(([each]) => each);
  if (key === "values") return entries.flatMap(([, value]) => value);
  if (key === "properties") {
    return entries.map(([each, value]) =>
      table([
        ["Name", [each]],
        ["Value", value],
      ]),
    );
  }
  if (name === "*") return union(entries.flatMap(([, value]) => value));
  return atom.entries.get(key) ?? atom.entries.get("*") ?? [`<${name}>`];
}

function propertyOfText(text: string, name: string, tree: Tree, run: Run): Value {
  if (/^fullname$/i.test(name)) return [text];
  if (/^name$/i.test(name) && text.includes("\\")) return [leafOf(text)];
  if (/^(count|length)$/i.test(name)) return unknown;
  // What a setting holds is called after the setting, whichever part of it is meant.
  if (isSetting(text)) return [text];
  if (/^<.+\.json>$/.test(text)) {
    record(run, tree, { command: ".", named: new Map(), positional: [[name]], input: [text] });
  }
  return name === "*" ? unknown : [`<${name}>`];
}

/** `[Type]::Method(...)` and `$object.Method(...)`. */
export function invoke(tree: Tree, scope: Scope, run: Run): Value {
  const [object, operator, member] = tree.children as [Tree, Tree, Tree];
  const positional = argumentsOf(childOf(tree, "argument_list"), scope, run);
  const input = object.type === "type_literal" ? [] : evaluate(object, scope, run);
  const type = object.type === "type_literal" ? object.text.replace(/^\[(System\.)?/i, "[") : "";
  const command = `${type}${operator.text}${member.text}`;
  record(run, tree, { command, named: new Map(), positional, input });
  return resultOf(command.toLowerCase(), input, positional, run);
}

function resultOf(command: string, input: Value, positional: Value[], run: Run): Value {
  const [first = [], second = []] = positional;
  switch (command) {
    case "[environment]::getenvironmentvariable":
      return texts(first).flatMap((name) => run.environment.get(name.toLowerCase()) ?? [`<${name}>`]);
    case "[io.path]::combine":
      return positional.reduce((path, part) => concatenated([path, ["\\"], part]));
    case "[io.path]::getextension":
      return mapTexts(first, (path) => /\.[^.\\]*$/.exec(path)?.[0] ?? "");
    case "[io.path]::changeextension":
      return mapTexts(first, (path) => path.replace(/\.[^.\\]*$/, "") + (texts(second)[0] ?? ""));
    case "[io.file]::readalltext":
      return mapTexts(first, (path) => `<${leafOf(path)}>`);
    case "[regex]::escape":
      return first;
    case ".replace":
      return mapTexts(input, (text) =>
        texts(first).length === 1 && texts(second).length === 1
          ? text.replaceAll(texts(first)[0] ?? "", texts(second)[0] ?? "")
          : "*",
      );
    case ".tolower":
    case ".toupper":
    case ".trim":
    case ".trimend":
    case ".trimstart": {
      const [edge = " "] = texts(first);
      return mapTexts(input, (text) => trimmed(text, edge, command !== ".trimend", command !== ".trimstart"));
    }
    case ".tostring":
    case ".toarray":
    case ".split":
      return input;
    default:
      return unknown;
  }
}

function trimmed(text: string, edge: string, atStart: boolean, atEnd: boolean): string {
  const start = atStart ? [...text].findIndex((letter) => !edge.includes(letter)) : 0;
  const end = atEnd ? [...text].findLastIndex((letter) => !edge.includes(letter)) + 1 : text.length;
  return text.slice(start === -1 ? text.length : start, end);
}
