import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Language, type Node, Parser } from "web-tree-sitter";

/** A PowerShell file as a syntax tree, because these tests run without PowerShell. */
export type Script = { path: string; text: string; root: Node };

export const packerDirectory = fileURLToPath(new URL("../../packer", import.meta.url));

await Parser.init();
const parser = new Parser();
parser.setLanguage(
  await Language.load(createRequire(import.meta.url).resolve("tree-sitter-powershell/tree-sitter-powershell.wasm")),
);

export function parse(path: string, text: string): Script {
  const tree = parser.parse(text);
  if (!tree) throw new Error(`parsing ${path}`);
  return { path, text, root: tree.rootNode };
}

/** @param path below `packer/` */
export function script(path: string): Script {
  return parse(path, readFileSync(join(packerDirectory, path), "utf8"));
}

/** Returns every script, module and manifest of the recipe except custom scripts. */
export function recipeScripts(): Script[] {
  return scriptsIn(packerDirectory, "").filter(({ path }) => !path.startsWith("custom/"));
}

/** Returns the unit tests of the module, which run on Windows only; their paths begin with `pester/`. */
export function unitTests(): Script[] {
  return scriptsIn(fileURLToPath(new URL("../pester", import.meta.url)), "pester/");
}

function scriptsIn(directory: string, prefix: string): Script[] {
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((path) => /\.ps[md]?1$/.test(path))
    .sort()
    .map((path) => parse(`${prefix}${path}`, readFileSync(join(directory, path), "utf8")));
}

export function nodesOf(root: Node, ...types: string[]): Node[] {
  return root.descendantsOfType(types).filter((node) => node !== null);
}

/** Returns whether any ancestor of a node matches. */
export function isInside(node: Node, what: (parent: Node) => boolean): boolean {
  return node.parent !== null && (what(node.parent) || isInside(node.parent, what));
}

/** Returns the places that the parser could not parse. */
export function syntaxErrors({ path, root }: Script): string[] {
  return everyNode(root)
    .filter((node) => node.isError || node.isMissing)
    .map((node) => `${path}:${lineOf(node)}: ${node.text.split("\n")[0]}`);
}

export function lineOf(node: Node): number {
  return node.startPosition.row + 1;
}

/** Returns the innermost function around a node, or the node if it is one. */
export function functionAround(node: Node): Node | undefined {
  if (node.type === "function_statement") return node;
  return node.parent ? functionAround(node.parent) : undefined;
}

/** Returns the name of the function around a node. */
export function enclosingFunction(node: Node): string | undefined {
  const around = functionAround(node);
  return around && functionName(around);
}

export function functionName(statement: Node): string {
  return nodesOf(statement, "function_name")[0]?.text ?? "";
}

/** Returns `name` for `$name`, `@name` and `${name}`, with its scope or drive if it has one (`env:Path`). */
export function variableName(variable: Node): string {
  return variable.text.replace(/^[$@]\{?/, "").replace(/\}$/, "");
}

export type Call = { name: string; operator: string; node: Node; arguments: Node[] };

export function callsIn(root: Node): Call[] {
  return nodesOf(root, "command").map((node) => ({
    name: node.childForFieldName("command_name")?.text ?? "",
    operator: node.children.find((child) => child?.type === "command_invokation_operator")?.text ?? "",
    node,
    arguments: (node.childForFieldName("command_elements")?.children ?? [])
      .filter((child) => child !== null)
      .filter(({ type }) => type !== "command_argument_sep" && type !== "redirection"),
  }));
}

function everyNode(root: Node): Node[] {
  return [root, ...root.children.filter((child) => child !== null).flatMap(everyNode)];
}
