import { groupBy } from "es-toolkit";
import type { Node } from "web-tree-sitter";
import { functionAround, functionName, isInside, nodesOf, type Script, variableName } from "./powershell.ts";

type Finding = { at: Node; what: string };

/** PowerShell knows no case: `$path` and `$Path` are one variable. */
export const scopeRules = {
  "a variable is written in one way": ({ root }: Script): Finding[] => {
    const byFunction = groupBy(nodesOf(root, "variable"), (variable) => functionAround(variable)?.id ?? 0);
    const { 0: ofTheFile = [], ...ofFunctions } = byFunction;
    // A function sees the variables of its file, but not those of a script block there.
    const seen = ofTheFile.filter((node) => !isInside(node, ({ type }) => type === "script_block_expression"));
    return [...differing([], ofTheFile), ...Object.values(ofFunctions).flatMap((own) => differing(seen, own))];
  },

  "no loop variable is a parameter": ({ root }: Script): Finding[] =>
    nodesOf(root, "function_statement").flatMap((statement) => {
      const parameters = childrenOf(nodesOf(statement, "script_parameter")).map(lowerName);
      const loops = [
        ...childrenOf(nodesOf(statement, "foreach_statement")),
        ...nodesOf(statement, "for_initializer").flatMap((each) => nodesOf(each, "variable").slice(0, 1)),
      ];
      return loops
        .filter((variable) => parameters.includes(lowerName(variable)))
        .map((at) => ({ at, what: `${at.text} is a parameter of ${functionName(statement)}` }));
    }),
};

function differing(seen: Node[], own: Node[]): Finding[] {
  const first = new Map([...seen, ...own].reverse().map((variable) => [lowerName(variable), variable]));
  return own.flatMap((at) => {
    const other = first.get(lowerName(at));
    return other && variableName(other) !== variableName(at) ? [{ at, what: `${at.text} is ${other.text}, too` }] : [];
  });
}

/** The variables that are children of the nodes: declared by a parameter, or filled by a foreach loop. */
function childrenOf(nodes: Node[]): Node[] {
  return nodes.flatMap(({ children }) => children.filter((child) => child?.type === "variable") as Node[]);
}

function lowerName(variable: Node): string {
  return variableName(variable).toLowerCase();
}
