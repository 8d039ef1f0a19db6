import type { Node } from "web-tree-sitter";
import { callsIn, functionAround, functionName, nodesOf, type Script } from "./powershell.ts";

/**
 * Returns the names of the functions that nothing runs: neither a script outside a function nor another function that is
 * run. PowerShell knows no case.
 * @param promised names of functions that scripts of others may call
 */
export function functionsThatNothingRuns(scripts: Script[], promised: string[] = []): string[] {
  const functions = new Map<string, { name: string; calls: string[] }>();
  const running = new Set(promised.map((name) => name.toLowerCase()));
  for (const { root } of scripts) {
    for (const statement of nodesOf(root, "function_statement"))
      functions.set(functionName(statement).toLowerCase(), {
        name: functionName(statement),
        calls: calledIn(statement),
      });
    for (const { name, node } of callsIn(root)) if (!functionAround(node)) running.add(name.toLowerCase());
  }
  // A set also visits what is added meanwhile.
  for (const name of running) for (const called of functions.get(name)?.calls ?? []) running.add(called);
  return [...functions].filter(([name]) => !running.has(name)).map(([, { name }]) => name);
}

function calledIn(statement: Node): string[] {
  return callsIn(statement).map(({ name }) => name.toLowerCase());
}
