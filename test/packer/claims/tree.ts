import type { Node } from "web-tree-sitter";
import type { Script } from "../powershell.ts";

/** A syntax tree as plain values, without the nodes that only say how tightly operators bind. `path` is its file. */
export type Tree = { type: string; text: string; start: number; line: number; path: string; children: Tree[] };

/** Nodes that mean nothing where they have one child. */
const wrappers =
  /^(logical|bitwise|comparison|additive|multiplicative|format|range|array_literal)_(argument_)?expression$|^(unary_expression|pipeline_chain|pipeline|argument_expression|string_literal|expression_with_unary_operator|statement_block_body|path_command_name|while_condition|for_initializer|for_condition|for_iterator)$/;

export function treeOf(script: Script): Tree {
  const tree = trees.get(script) ?? plain(script.root, script.path);
  trees.set(script, tree);
  return tree;
}

const trees = new WeakMap<Script, Tree>();

function plain(node: Node, path: string): Tree {
  const children = node.children.filter((child) => child !== null && child.type !== "comment") as Node[];
  const [only] = children;
  if (only && children.length === 1 && wrappers.test(node.type)) return plain(only, path);
  return {
    type: node.type,
    text: node.text,
    start: node.startIndex,
    line: node.startPosition.row + 1,
    path,
    children: withMethods(children.map((child) => plain(child, path))),
  };
}

/**
 * The grammar takes a method's brackets for a further argument where the method is an argument itself: `Get-Item
 * $path.Trim('x')`.
 */
function withMethods(children: Tree[]): Tree[] {
  return children.flatMap((child, index) => {
    const next = children[index + 1];
    if (child.type === "argument_list" && children[index - 1]?.type === "member_access") return [];
    if (child.type !== "member_access" || next?.type !== "argument_list") return [child];
    return [{ ...child, type: "invokation_expression", children: [...child.children, next] }];
  });
}

export function childOf(tree: Tree, ...types: string[]): Tree | undefined {
  return tree.children.find(({ type }) => types.includes(type));
}

export function childrenOf(tree: Tree, ...types: string[]): Tree[] {
  return tree.children.filter(({ type }) => types.includes(type));
}

/** Nodes of a type anywhere below, outermost first. */
export function below(tree: Tree, type: string): Tree[] {
  return tree.children.flatMap((child) => [...(child.type === type ? [child] : []), ...below(child, type)]);
}

/** What stands between brackets or operators. */
export function operands(tree: Tree): Tree[] {
  return tree.children.filter(({ type }) => !/^[^a-z]+$|^-\w+$|_operator$/.test(type));
}
