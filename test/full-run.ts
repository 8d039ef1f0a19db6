import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { argv, exit, stderr, stdout } from "node:process";
import { judgeCoverage, prepareCoverage, readCoverage } from "../local/windows/coverage.ts";
import { scriptCoverage, windowsPowerShell, withoutPowerShell, withScriptCoverage } from "../local/windows/settings.ts";
import { packerDirectory } from "./packer/powershell.ts";
import { neverRun } from "./windows/never-run.ts";

// What `npm run test:full` does: runs the tests, and judges which commands of the scripts they ran. With arguments it runs
// the tests that they choose, and only tells what these covered if SCRIPT_COVERAGE names a folder for it.

const chosen = argv.slice(2);
const wanted = scriptCoverage();
const powershell = windowsPowerShell();
const folder = powershell && (wanted ?? (chosen.length === 0 ? mkdtempSync(join(tmpdir(), "coverage-")) : undefined));
if (folder && powershell) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await prepareCoverage(folder, powershell, packerDirectory);
}

const environment = folder ? withScriptCoverage(folder) : process.env;
const vitest = spawn("vitest", ["run", "--mode", "full", ...chosen], { stdio: "inherit", env: environment });
const [code] = await once(vitest, "exit");
const isGreen = code === 0;

if (!folder) {
  stdout.write(`No coverage of the scripts: ${powershell ? "only some tests ran" : withoutPowerShell}\n`);
  exit(isGreen ? 0 : 1);
}
const coverage = readCoverage(folder);
if (!wanted) rmSync(folder, { recursive: true });
// After a failed test, commands are missed that are run else.
if (!isGreen) exit(1);
const { lines, failures } = judgeCoverage(coverage, neverRun, packerDirectory);
stdout.write(`\nCommands of the scripts that ran:\n${lines.join("\n")}\n`);
if (chosen.length > 0) exit(0);
for (const failure of failures) stderr.write(`${failure}\n`);
exit(failures.length === 0 ? 0 : 1);
