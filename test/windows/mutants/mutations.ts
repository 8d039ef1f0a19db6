import type { Node } from "web-tree-sitter";
import { isInside, lineOf, nodesOf, parse, type Script, syntaxErrors } from "../../packer/powershell.ts";

/** A script with one small mistake. `start` and `end` are where it differs, `text` is what stands there instead. */
export type Mutant = { path: string; line: number; start: number; end: number; text: string; what: string };

const opposites = [
  ["-eq", "-ne"],
  ["-lt", "-ge"],
  ["-gt", "-le"],
  ["-and", "-or"],
  ["-like", "-notlike"],
  ["-match", "-notmatch"],
  ["-contains", "-notcontains"],
  ["-in", "-notin"],
  ["+", "-"],
  ["-not", ""],
  ["!", ""],
] as const;
const turned = new Map<string, string>(
  opposites.flatMap(([one, other]) => [[one, other] as const, ...(other ? [[other, one] as const] : [])]),
);
/** What an operator is a part of; the same characters elsewhere are names or parameters. */
const expressions =
  /^(comparison_operator|(logical|comparison|additive|bitwise)_(argument_)?expression|expression_with_unary_operator)$/;
const printing = /^Write-(Host|Output|Warning|Verbose|Information)\b/;

/** Every mutant of a script: each statement deleted, each operator turned round. All can be parsed. */
export function mutantsOf(script: Script): Mutant[] {
  const before = syntaxErrors(script).length;
  return [...deletions(script), ...turns(script)].filter(
    (mutant) => syntaxErrors(parse(script.path, mutated(script.text, mutant))).length <= before,
  );
}

export function mutated(text: string, { start, end, text: instead }: Mutant): string {
  return text.slice(0, start) + instead + text.slice(end);
}

/** Statements whose output alone is lost are left out, and functions, without which nothing can be called. */
function deletions({ path, root }: Script): Mutant[] {
  return nodesOf(root, "statement_list")
    .filter(({ parent }) => parent && !["sub_expression", "array_expression"].includes(parent.type))
    .flatMap((list) => list.namedChildren.filter((child) => child !== null))
    .filter((node) => !["function_statement", "empty_statement", "comment"].includes(node.type) && !isPrinting(node))
    .map((node) => mutant(path, node, "", `deleted: ${node.text.split("\n")[0]}`));
}

function turns({ path, root }: Script): Mutant[] {
  return leavesOf(root).flatMap((node) => {
    const instead = turned.get(node.text.toLowerCase());
    const isOperator = expressions.test(node.type) || expressions.test(node.parent?.type ?? "");
    if (instead === undefined || !isOperator || isInside(node, ({ type }) => type === "verbatim_string_characters"))
      return [];
    return [mutant(path, node, instead, `${node.text} became ${instead || "nothing"}: ${lineAround(root, node)}`)];
  });
}

function mutant(path: string, node: Node, text: string, what: string): Mutant {
  return { path, line: lineOf(node), start: node.startIndex, end: node.endIndex, text, what };
}

function isPrinting(statement: Node): boolean {
  return printing.test(statement.text) || innermost(statement).type === "string_literal";
}

/** Goes down as long as a node is nothing but its only child. */
function innermost(node: Node): Node {
  const [child] = node.namedChildren;
  if (!child || node.type === "string_literal" || child.text !== node.text.trim()) return node;
  return innermost(child);
}

function leavesOf(node: Node): Node[] {
  const children = node.children.filter((child) => child !== null);
  return children.length === 0 ? [node] : children.flatMap(leavesOf);
}

function lineAround(root: Node, node: Node): string {
  return root.text.split("\n")[lineOf(node) - 1 - root.startPosition.row]?.trim() ?? "";
}
