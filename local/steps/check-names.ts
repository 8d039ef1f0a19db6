import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Language, type Node, Parser } from "web-tree-sitter";

/**
 * A check as its script writes it, such as `container-image $reference`. It runs once per value of the loop around it.
 */
export type NamedCheck = {
  /** Contains the names of variables where PowerShell inserts their values. */
  name: string;
  /** The loop around the check: its variable, and its values if the script lists them literally. */
  loop: { variable: string; values: string[] | undefined } | undefined;
  /** The only recipe that the check is for; undefined for both. */
  recipe: string | undefined;
};

await Parser.init();
const parser = new Parser();
parser.setLanguage(
  await Language.load(createRequire(import.meta.url).resolve("tree-sitter-powershell/tree-sitter-powershell.wasm")),
);

/** The tests that Pester runs in the image, each as `Describe: It`, in order. */
export function testsIn(packerDir: string): NamedCheck[] {
  return scriptsBelow(join(packerDir, "tests")).flatMap((text) =>
    commandsIn(rootOf(text), "It").map((command) => {
      const describe = enclosing(command, "command", (node) => commandName(node) === "Describe");
      return named(
        command,
        `${describe ? stringOf(argumentsOf(describe)[0]) : ""}: ${stringOf(argumentsOf(command)[0])}`,
      );
    }),
  );
}

/** The checks of the boot proof, in order. */
export function checksIn(packerDir: string): NamedCheck[] {
  return scriptsBelow(join(packerDir, "proof")).flatMap((text) =>
    commandsIn(rootOf(text), "Invoke-Check").map((command) => {
      const given = argumentsOf(command);
      return named(command, stringOf(given[given.findIndex(({ text }) => text === "-Name") + 1]));
    }),
  );
}

function named(command: Node, name: string): NamedCheck {
  const condition = enclosing(command, "if_statement")?.text.split("{")[0];
  const recipe = /^if \(\(Get-Setting 'RECIPE_KIND'\) -eq '(\w+)'\) $/.exec(condition ?? "")?.[1];
  if (condition && !recipe)
    throw new Error(`The check "${name}" depends on a condition that the stand-in cannot evaluate: ${condition}`);
  const loop = enclosing(command, "foreach_statement");
  if (!loop) return { name, loop: undefined, recipe };
  const [variable, through] = loop.namedChildren.filter((child) => child !== null);
  const values = through && (literalValues(through) ?? assignedValues(through));
  return { name, loop: { variable: variable?.text.slice(1) ?? "", values }, recipe };
}

/** The strings of a list that contains only string literals; undefined for any other expression. */
function literalValues(expression: Node): string[] | undefined {
  const literals = expression.descendantsOfType("string_literal").filter((node) => node !== null);
  const rest = literals.reduce((text, literal) => text.replace(literal.text, ""), expression.text);
  return literals.length > 0 && /^[@(),\s]*$/.test(rest) ? literals.map(stringOf) : undefined;
}

/** The strings of such a list that the script assigns to this variable. */
function assignedValues(variable: Node): string[] | undefined {
  const assignments = variable.tree.rootNode.descendantsOfType("assignment_expression").filter((node) => node !== null);
  const given = assignments.find((assignment) => assignment.firstNamedChild?.text === variable.text);
  return given?.lastNamedChild ? literalValues(given.lastNamedChild) : undefined;
}

function scriptsBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ps1"))
    .toSorted()
    .map((path) => readFileSync(join(directory, path), "utf8"));
}

function rootOf(text: string): Node {
  const tree = parser.parse(text);
  if (!tree) throw new Error("parsing a PowerShell script: no syntax tree");
  return tree.rootNode;
}

function commandsIn(root: Node, name: string): Node[] {
  return root.descendantsOfType("command").filter((node) => node !== null && commandName(node) === name) as Node[];
}

function commandName(command: Node): string {
  return command.childForFieldName("command_name")?.text ?? "";
}

function argumentsOf(command: Node): Node[] {
  const elements = command.childForFieldName("command_elements")?.namedChildren ?? [];
  return elements.filter((child) => child !== null && child.type !== "command_argument_sep") as Node[];
}

function enclosing(node: Node, type: string, fits: (node: Node) => boolean = () => true): Node | undefined {
  for (let outer = node.parent; outer; outer = outer.parent) if (outer.type === type && fits(outer)) return outer;
  return undefined;
}

function stringOf(node: Node | undefined): string {
  return (node?.text ?? "").replace(/^(['"])(.*)\1$/s, "$2");
}
