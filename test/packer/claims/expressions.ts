import { call } from "./commands.ts";
import { invoke, memberOf } from "./members.ts";
import { compared, formatted, sum } from "./operators.ts";
import type { Run } from "./run.ts";
import { follow } from "./statements.ts";
import { childOf, childrenOf, operands, type Tree } from "./tree.ts";
import {
  concatenated,
  isOpen,
  isSetting,
  keyOf,
  lookUp,
  type Scope,
  type Table,
  table,
  tables,
  texts,
  union,
  unknown,
  type Value,
} from "./values.ts";

/** What an expression or pipeline may be. */
export function evaluate(tree: Tree, scope: Scope, run: Run): Value {
  const inner = (child: Tree) => evaluate(child, scope, run);
  switch (tree.type) {
    case "pipeline":
    case "pipeline_chain":
      return pipeline(tree, scope, run);
    case "command":
      return call(tree, [], scope, run);
    case "assignment_expression":
      return assign(tree, scope, run);
    case "variable":
    case "braced_variable":
      return variable(tree, scope, run);
    case "verbatim_string_characters":
      return [tree.text.slice(1, -1).replaceAll("''", "'")];
    case "verbatim_here_string_characters":
      return [tree.text.slice(2, -2).trim()];
    case "expandable_string_literal":
    case "expandable_here_string_literal":
      return interpolate(tree, scope, run);
    case "generic_token":
    case "command_name":
    case "simple_name":
      return [tree.text];
    case "integer_literal":
    case "decimal_integer_literal":
    case "real_literal":
      return [tree.text];
    case "script_block_expression":
      return [{ kind: "block", body: childOf(tree, "script_block") ?? tree, scope }];
    case "hash_literal_expression":
      return [hash(tree, scope, run)];
    case "array_literal_expression":
    case "argument_expression_list":
      return operands(tree).flatMap(inner);
    case "array_expression":
    case "parenthesized_expression":
    case "sub_expression":
      return operands(tree).flatMap(inner);
    case "cast_expression":
      return operands(tree).slice(1).flatMap(inner);
    case "expression_with_unary_operator":
      return operands(tree).flatMap(inner);
    case "member_access":
    case "element_access":
      return memberOf(tree, scope, run);
    case "invokation_expression":
      return invoke(tree, scope, run);
    case "additive_expression":
    case "additive_argument_expression":
      return sum(operands(tree).map(inner));
    case "comparison_expression":
    case "comparison_argument_expression":
      return compared(childOf(tree, "comparison_operator")?.text ?? "", operands(tree).map(inner));
    case "format_expression":
    case "format_argument_expression":
      return formatted(operands(tree).map(inner));
    case "type_literal":
      return [tree.text];
    case "pre_increment_expression":
    case "post_increment_expression":
    case "post_decrement_expression":
      return unknown;
    case "logical_expression":
    case "multiplicative_expression":
    case "bitwise_expression":
    case "range_expression":
      operands(tree).map(inner);
      return unknown;
    default:
      return follow(tree, scope, run);
  }
}

function pipeline(tree: Tree, scope: Scope, run: Run): Value {
  const stages = tree.children.filter(({ type }) => type !== "|" && type !== "redirection");
  return stages.reduce<Value>(
    (input, stage, index) =>
      stage.type === "command" ? call(stage, index === 0 ? [] : input, scope, run) : evaluate(stage, scope, run),
    [],
  );
}

function assign(tree: Tree, scope: Scope, run: Run): Value {
  const [left, operator, right] = tree.children as [Tree, Tree, Tree];
  const target = unwrapped(left);
  const value = evaluate(right, scope, run);
  if (target.type === "variable") {
    const name = nameOf(target);
    if (name.startsWith("env:")) run.environment.set(name.slice(4), value);
    else scope.names.set(name, operator.text === "=" ? value : [...(lookUp(scope, name) ?? []), ...value]);
    return [];
  }
  const object = target.children[0] as Tree;
  const key = target.children[2] ? evaluate(target.children[2], scope, run) : unknown;
  for (const { entries } of tables(evaluate(object, scope, run))) {
    for (const name of texts(key.length > 0 ? key : unknown).map(keyOf)) {
      const before = operator.text === "=" && name !== "*" ? [] : (entries.get(name) ?? []);
      entries.set(name, union(before, value));
    }
  }
  return [];
}

function unwrapped(tree: Tree): Tree {
  const [only] = tree.children;
  return tree.type === "left_assignment_expression" && only ? unwrapped(only) : tree;
}

function variable(tree: Tree, scope: Scope, run: Run): Value {
  const name = nameOf(tree);
  if (name.startsWith("env:")) return run.environment.get(name.slice(4)) ?? [`<${tree.text.replace(/^.*:/, "")}>`];
  if (name === "null") return [];
  return lookUp(scope, name) ?? unknown;
}

export function nameOf(tree: Tree): string {
  return tree.text
    .replace(/^[$@]\{?/, "")
    .replace(/\}$/, "")
    .replace(/^(script|global|local):/i, "")
    .toLowerCase();
}

const escapes: Record<string, string> = { n: "\n", r: "\r", t: "\t", 0: "\0" };

function interpolate(tree: Tree, scope: Scope, run: Run): Value {
  const edge = tree.type === "expandable_here_string_literal" ? 2 : 1;
  const parts: Value[] = [];
  let at = edge;
  const literal = (to: number) =>
    parts.push([tree.text.slice(at, to).replace(/`(.)/g, (_, letter: string) => escapes[letter] ?? letter)]);
  for (const child of tree.children) {
    literal(child.start - tree.start);
    parts.push(evaluate(child, scope, run));
    at = child.start - tree.start + child.text.length;
  }
  literal(tree.text.length - edge);
  return concatenated(parts);
}

function hash(tree: Tree, scope: Scope, run: Run): Table {
  return table(
    childrenOf(childOf(tree, "hash_literal_body") ?? tree, "hash_entry").map((entry): [string, Value] => {
      const [key, , value] = entry.children as [Tree, Tree, Tree];
      const name = texts(evaluate(key.children[0] ?? key, scope, run))[0] ?? "*";
      return [name, named(name, evaluate(value, scope, run))];
    }),
  );
}

/** A text that only the machine knows goes by the name of what holds it. */
function named(name: string, value: Value): Value {
  return value.map((atom) => (typeof atom === "string" && isOpen(atom) && !isSetting(atom) ? `<${name}>` : atom));
}

export function argumentsOf(list: Tree | undefined, scope: Scope, run: Run): Value[] {
  const inner = list && childOf(list, "argument_expression_list");
  return (inner ? operands(inner) : []).map((argument) => evaluate(argument, scope, run));
}
