import type { Tree } from "./tree.ts";

/**
 * What an expression may be: every text that is possible on some path through the script. A list and an alternative
 * look alike, because for what is written and looked at they come to the same.
 *
 * Text that only the machine knows is `*`, or `<name>` after the setting or property that holds it.
 */
export type Value = Atom[];
export type Atom = string | Block | Table;
/** A script block, with the variables that it sees. */
export type Block = { kind: "block"; body: Tree; scope: Scope };
/** A hashtable or an object. Names in small letters; `*` holds what was put under a name that is not known. */
export type Table = { kind: "table"; entries: Map<string, Value> };
export type Scope = { names: Map<string, Value>; parent?: Scope };

export const unknown: Value = ["*"];
/** More than this many alternatives say nothing any more. */
const limit = 64;

export function texts(value: Value): string[] {
  return value.filter((atom) => typeof atom === "string");
}

export function blocks(value: Value): Block[] {
  return value.filter((atom) => typeof atom !== "string" && atom.kind === "block") as Block[];
}

export function tables(value: Value): Table[] {
  return value.filter((atom) => typeof atom !== "string" && atom.kind === "table") as Table[];
}

export function union(...values: Value[]): Value {
  return [...new Set(values.flat())].slice(0, limit);
}

export function table(entries: Iterable<[string, Value]> = []): Table {
  return { kind: "table", entries: new Map([...entries].map(([key, value]) => [keyOf(key), value])) };
}

/** PowerShell does not look at the case of a key. */
export function keyOf(name: string): string {
  return isSetting(name) ? name : name.toLowerCase();
}

/** Every way to put the parts one after another. */
export function concatenated(parts: Value[]): Value {
  return parts.reduce<Value>(
    (before, part) => {
      const ends = part.length === 0 ? [""] : part.map(textOf);
      return union(texts(before).flatMap((start) => ends.map((end) => start + end)));
    },
    [""],
  );
}

export function mapTexts(value: Value, change: (text: string) => string): Value {
  return union(value.map((atom) => (typeof atom === "string" ? change(atom) : atom)));
}

/** Nothing of it is known. */
export function isOpen(text: string): boolean {
  return /^(\*|<[^<>]*>)$/.test(text);
}

/** Called after a variable of the environment, all of which the template sets. */
export function isSetting(text: string): boolean {
  return /^<[A-Z_]+>$/.test(text);
}

export function isUnknown(value: Value): boolean {
  return value.length > 0 && value.every((atom) => atom === "*");
}

export function lookUp(scope: Scope | undefined, name: string): Value | undefined {
  return scope && (scope.names.get(name) ?? lookUp(scope.parent, name));
}

function textOf(atom: Atom): string {
  return typeof atom === "string" ? atom : "*";
}
