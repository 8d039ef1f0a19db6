import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { cleanedPaths, elevatedRun, environmentOf, scriptsIn, stepOf } from "../../../local/winrm/uploaded-scripts.ts";

const fixture = fileURLToPath(new URL("fixture", import.meta.url));
const plain = readFileSync(`${fixture}/scripts/10-plain.ps1`, "utf8");

test("a step is recognized by its script, also inside a wrapper or with other line endings", () => {
  const wrapped = `\ttry {\r\n\t${plain.replaceAll("\n", "\r\n")}\r\n\t} catch {\r\n\t}\r\n`;

  expect(stepOf(plain, fixture)).toBe("10-plain");
  expect(stepOf(`\uFEFF${plain}`, fixture)).toBe("10-plain");
  expect(stepOf(wrapped, fixture)).toBe("10-plain");
});

test("a script with one word changed is not recognized as a step", () => {
  expect(stepOf(plain.replace("Hello", "Goodbye"), fixture)).toBeUndefined();
});

test("the scripts in user data are listed in order", () => {
  const communicator = readFileSync(`${fixture}/scripts/00-communicator.ps1`, "utf8");

  expect(scriptsIn(`<powershell>\n${plain}\n${communicator}\n</powershell>`, fixture)).toEqual([
    "10-plain",
    "00-communicator",
  ]);
});

test("an elevated wrapper yields its user and command", () => {
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

test("Packer's clean-up script yields the paths that it removes, and other scripts are not taken for one", () => {
  expect(
    cleanedPaths("if (Test-Path c:/a.ps1) {Remove-Item c:/a.ps1}\nif (Test-Path c:/b.ps1) {Remove-Item c:/b.ps1}\n"),
  ).toEqual(["c:/a.ps1", "c:/b.ps1"]);
  expect(cleanedPaths(plain)).toBeUndefined();
  expect(cleanedPaths("")).toBeUndefined();
});

test("environment variables keep their special characters", () => {
  const uploaded = '$env:A="5 `$ and `"quotes`" ``n"; $env:LIST="[`"a`",`n\n`"b`"]"; $env:EMPTY=""; ';

  expect(environmentOf(uploaded)).toEqual({ A: '5 $ and "quotes" `n', LIST: '["a",n\n"b"]', EMPTY: "" });
});
