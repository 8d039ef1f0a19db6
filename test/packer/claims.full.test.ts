import { describe, expect, test } from "vitest";
import { head, mismatches, scripts } from "./claimed.ts";
import { functionName, nodesOf, unitTests } from "./powershell.ts";

/** Functions that have a `Describe` of their own among the unit tests, which run on Windows. */
const tested = new Set(
  unitTests().flatMap(({ text }) => [...text.matchAll(/Describe '([\w-]+)' \{/g)].map(([, name]) => name)),
);

describe("emptying a script is noticed", () => {
  test.each(scripts.map(({ path }) => path))("%s", (path) => {
    const rest = path.endsWith(".psd1") ? "@{}" : head;

    expect(mismatches({ [path]: rest })).not.toEqual([]);
  });
});

describe("emptying a function of the module is noticed, here or by its own unit tests", () => {
  const functions = scripts
    .filter(({ path }) => path.startsWith("modules/"))
    .flatMap((script) => nodesOf(script.root, "function_statement").map((statement) => ({ script, statement })));

  test.each(functions.map((each) => ({ name: functionName(each.statement), ...each })))(
    "$name",
    ({ name, script, statement }) => {
      const body = nodesOf(statement, "script_block_body")[0];
      const text = script.text.slice(0, body?.startIndex) + script.text.slice(body?.endIndex);

      expect(tested.has(name) || mismatches({ [script.path]: text }).length > 0).toBe(true);
    },
  );
});
