import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { cleanedPaths, elevatedRun, environmentOf, scriptsIn, stepOf } from "../../../local/steps/scripts.ts";

const fixture = fileURLToPath(new URL("../winrm/fixture", import.meta.url));
const plain = readFileSync(`${fixture}/scripts/10-plain.ps1`, "utf8");

test("a step is known by its script, also inside a wrapper and with other line ends", () => {
  const wrapped = `\ttry {\r\n\t${plain.replaceAll("\n", "\r\n")}\r\n\t} catch {\r\n\t}\r\n`;

  expect(stepOf(plain, fixture)).toBe("10-plain");
  expect(stepOf(`\uFEFF${plain}`, fixture)).toBe("10-plain");
  expect(stepOf(wrapped, fixture)).toBe("10-plain");
});

test("a script with a word changed is no step", () => {
  expect(stepOf(plain.replace("Hello", "Goodbye"), fixture)).toBeUndefined();
});

test("user data tells its scripts in their order", () => {
  const communicator = readFileSync(`${fixture}/scripts/00-communicator.ps1`, "utf8");

  expect(scriptsIn(`<powershell>\n${plain}\n${communicator}\n</powershell>`, fixture)).toEqual([
    "10-plain",
    "00-communicator",
  ]);
});

test("the elevated wrapper tells user and command", () => {
  const wrapper = [
    "      <UserId>SYSTEM</UserId>",
    "      <Arguments>/c powershell -executionpolicy bypass &#34;&amp; { . c:/v.ps1; &amp;&#39;c:/s.ps1&#39;; exit $LastExitCode }&#34; &gt; %SYSTEMROOT%/Temp/packer-1.out 2&gt;&amp;1</Arguments>",
  ].join("\n");

  expect(elevatedRun(wrapper)).toEqual({
    user: "SYSTEM",
    commandLine: `powershell -executionpolicy bypass "& { . c:/v.ps1; &'c:/s.ps1'; exit $LastExitCode }"`,
  });
  expect(elevatedRun(plain)).toBeUndefined();
});

test("Packer's own clean-up tells what it removes, and a script of ours is none", () => {
  expect(
    cleanedPaths("if (Test-Path c:/a.ps1) {Remove-Item c:/a.ps1}\nif (Test-Path c:/b.ps1) {Remove-Item c:/b.ps1}\n"),
  ).toEqual(["c:/a.ps1", "c:/b.ps1"]);
  expect(cleanedPaths(plain)).toBeUndefined();
  expect(cleanedPaths("")).toBeUndefined();
});

test("variables come out as they were meant, special characters and all", () => {
  const uploaded = '$env:A="5 `$ and `"quotes`" ``n"; $env:LIST="[`"a`",`n\n`"b`"]"; $env:EMPTY=""; ';

  expect(environmentOf(uploaded)).toEqual({ A: '5 $ and "quotes" `n', LIST: '["a",n\n"b"]', EMPTY: "" });
});
