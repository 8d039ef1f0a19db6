import { describe, expect, test } from "vitest";
import { signaturesOf } from "../packer/functions.ts";
import { lint } from "../packer/lints.ts";
import { callsIn, parse, recipeScripts, type Script, syntaxErrors } from "../packer/powershell.ts";
import { read } from "./files.ts";

const text = read("install-agent.ps1");
const own = signaturesOf(recipeScripts());
const asCustom = (content: string) => parse("custom/install-agent.ps1", content);
const script = asCustom(text);

test("install-agent.ps1 is valid PowerShell that follows the recipe's rules", () => {
  expect(syntaxErrors(script)).toEqual([]);
  expect(lint(script, own)).toEqual([]);
});

test("the functions of the module that it calls are promised to custom steps or used by the recipe", () => {
  const called = callsIn(script.root).map(({ name }) => name);

  expect(called).toEqual(expect.arrayContaining(["Get-VerifiedFile", "Get-AwsCliPath", "Invoke-Native"]));
});

/** Where the variable with the key stands on a command line, or in a line of output or of a failure. */
function leaks({ root, text: whole }: Script): string[] {
  const asArgument = callsIn(root).flatMap(({ name, arguments: given }) =>
    name === "Select-String" ? [] : given.map((node) => node.text).filter((argument) => /\$key\b/i.test(argument)),
  );
  const told = whole.split("\n").filter((line) => /^\s*(throw )?("[^"]*)?\$key\b(?!\s*=)/i.test(line));
  return [...asArgument, ...told];
}

describe("the key", () => {
  test("is on no command line and in no line of output", () => {
    expect(leaks(script)).toEqual([]);
  });

  test.each([
    ["an argument of the setup", "'/quiet', '/norestart'", '"/key:$key"'],
    ["a line of output", '"Installed the agent.', '"Installed the agent with $key.'],
    ["a failure", "The setup left its key in", "The setup left $key in"],
  ])("would be found as %s", (_, before, after) => {
    expect(text).toContain(before);
    expect(leaks(asCustom(text.replace(before, after)))).not.toEqual([]);
  });

  test("is read and handed on by calls whose failures do not print what the programs printed", () => {
    const calls = callsIn(script.root).filter(({ name }) => name === "Invoke-Native");

    expect(calls).toHaveLength(2);
    for (const { node } of calls) expect(node.text).toContain("-OutputOnly");
  });
});
