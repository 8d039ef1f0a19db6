import { evaluate, nameOf } from "./expressions.ts";
import { branch, type Run } from "./run.ts";
import { childOf, childrenOf, type Tree } from "./tree.ts";
import type { Scope, Value } from "./values.ts";

/** Follows a statement through all of its branches; its value is what it puts out. */
export function follow(tree: Tree, scope: Scope, run: Run): Value {
  const each = (children: Tree[]) => children.flatMap((child) => evaluate(child, scope, run));
  switch (tree.type) {
    case "function_statement":
      declare(tree, scope, run);
      return [];
    case "if_statement":
      return followIf(tree, scope, run);
    case "foreach_statement":
      return followForeach(tree, scope, run);
    case "for_statement":
    case "while_statement":
    case "do_statement":
      return branch(scope, [() => [], () => each(tree.children)]);
    case "try_statement":
      return followTry(tree, scope, run);
    case "switch_statement":
      return followSwitch(tree, scope, run);
    case "flow_control_statement": {
      const value = each(tree.children);
      return /^return\b/i.test(tree.text) ? value : [];
    }
    case "param_block":
      return [];
    default:
      return each(tree.children);
  }
}

export function declare(tree: Tree, scope: Scope, run: Run): void {
  const name = childOf(tree, "function_name")?.text ?? "";
  run.functions.set(name.toLowerCase(), { tree: childOf(tree, "script_block") ?? tree, scope });
}

function followIf(tree: Tree, scope: Scope, run: Run): Value {
  const clauses = [tree, ...(childOf(tree, "elseif_clauses")?.children ?? [])];
  const otherwise = childOf(tree, "else_clause");
  for (const clause of clauses) evaluate(conditionOf(clause), scope, run);
  return branch(scope, [
    ...clauses.map((clause) => () => evaluate(blockOf(clause), scope, run)),
    () => (otherwise ? evaluate(blockOf(otherwise), scope, run) : []),
  ]);
}

function followForeach(tree: Tree, scope: Scope, run: Run): Value {
  const variable = childOf(tree, "variable") as Tree;
  const at = tree.children.findIndex(({ type }) => type === "in");
  const elements = evaluate(tree.children[at + 1] as Tree, scope, run);
  return branch(scope, [
    () => [],
    () =>
      elements.flatMap((element) => {
        scope.names.set(nameOf(variable), [element]);
        return evaluate(blockOf(tree), scope, run);
      }),
  ]);
}

function followTry(tree: Tree, scope: Scope, run: Run): Value {
  const handlers = childrenOf(childOf(tree, "catch_clauses") ?? tree, "catch_clause");
  const last = childOf(tree, "finally_clause");
  const value = evaluate(blockOf(tree), scope, run);
  const handled = branch(scope, [() => [], ...handlers.map((each) => () => evaluate(blockOf(each), scope, run))]);
  return [...value, ...handled, ...(last ? evaluate(blockOf(last), scope, run) : [])];
}

function followSwitch(tree: Tree, scope: Scope, run: Run): Value {
  const condition = childOf(tree, "switch_condition");
  if (condition) scope.names.set("_", evaluate(condition.children[1] as Tree, scope, run));
  const clauses = childrenOf(childOf(childOf(tree, "switch_body") ?? tree, "switch_clauses") ?? tree, "switch_clause");
  return branch(
    scope,
    clauses.map((clause) => () => evaluate(blockOf(clause), scope, run)),
  );
}

function conditionOf(tree: Tree): Tree {
  return tree.children[tree.children.findIndex(({ type }) => type === "(") + 1] as Tree;
}

function blockOf(tree: Tree): Tree {
  return childOf(tree, "statement_block") as Tree;
}
