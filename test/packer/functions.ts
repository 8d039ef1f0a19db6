import type { Node } from "web-tree-sitter";
import { type Call, functionName, nodesOf, type Script, variableName } from "./powershell.ts";

/** The parameters of a function of the recipe. */
export type Signature = { name: string; parameters: string[]; mandatory: string[] };

/**
 * Returns the parameters of every function that the scripts define. A parameter of a parameter set counts as optional.
 */
export function signaturesOf(scripts: Script[]): Map<string, Signature> {
  const signatures = scripts.flatMap(({ root }) => nodesOf(root, "function_statement").map(signature));
  return new Map(signatures.map((each) => [each.name, each]));
}

function signature(statement: Node): Signature {
  const parameters = nodesOf(statement, "script_parameter").map((parameter) => ({
    name: variableName(parameter.children.find((child) => child?.type === "variable") as Node),
    mandatory: /^\[Parameter\(Mandatory\)\]/.test(parameter.text),
  }));
  return {
    name: functionName(statement),
    parameters: parameters.map(({ name }) => name),
    mandatory: parameters.filter(({ mandatory }) => mandatory).map(({ name }) => name),
  };
}

/** Returns what is wrong with a call of such a function: an unknown parameter or a missing mandatory one. */
export function complaintAbout(call: Call, { parameters, mandatory }: Signature): string | undefined {
  const named: string[] = [];
  let positional = 0;
  for (let index = 0; index < call.arguments.length; index++) {
    const argument = call.arguments[index] as Node;
    if (argument.type !== "command_parameter") {
      positional++;
      continue;
    }
    named.push(argument.text.replace(/^-|:$/g, ""));
    index++;
  }
  const known = [...parameters, "ErrorAction", "WarningAction"].map((name) => name.toLowerCase());
  const unknown = named.find((name) => !known.includes(name.toLowerCase()));
  if (unknown) return `has no parameter ${unknown}`;
  const given = named.map((name) => name.toLowerCase());
  const open = parameters.filter((name) => !given.includes(name.toLowerCase()));
  const missing = open.slice(positional).find((name) => mandatory.includes(name));
  return missing && `lacks ${missing}`;
}
