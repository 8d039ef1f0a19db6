import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { mapValues, sumBy, uniq } from "es-toolkit";
import { cacheDirectory } from "../tools/cache.ts";
import { runCommand } from "../tools/programs.ts";
import { guestPath } from "./paths.ts";
import { copyPrefix, pristinePrefix } from "./prefix.ts";
import { surroundingsIn } from "./settings.ts";

/** For each file below `packer/`, which of its commands ran; a command is named by its place, `line:column`. */
export type Coverage = Record<string, { covered: string[]; missed: string[] }>;

/**
 * Commands of a file that no test runs, and why.
 * - `line`: a part of the line in which they begin; without it, commands anywhere in the file
 * - `isSometimesRun`: whether they run depends on how quick the machine is
 */
export type Gap = { file: string; line?: string; reason: string; isSometimesRun?: boolean };

const commandsFile = "commands.txt";
const model = fileURLToPath(new URL("model/Coverage.psm1", import.meta.url));

/**
 * Lets a folder collect which commands run: writes down there what all of them are, as `model/Coverage.psm1` finds them
 * in the scripts below `packerDir`. Every PowerShell of a machine with this folder then adds a file of its hits.
 * @param powershell the command that acts like `powershell.exe`
 */
export async function prepareCoverage(directory: string, powershell: string, packerDir: string): Promise<void> {
  const site = { cache: cacheDirectory(), log: () => {} };
  const temporary = mkdtempSync(join(tmpdir(), "coverage-"));
  const prefix = join(temporary, "prefix");
  copyPrefix(await pristinePrefix(site, powershell, 20348), prefix);
  const env = surroundingsIn({ prefix });
  const text = `Import-Module '${guestPath(model)}'; Get-ScriptCommand -Path '${guestPath(packerDir)}'; exit 0`;
  try {
    const { stdout } = await runCommand("listing the scripts' commands", powershell, ["-Command", text], { env });
    writeFileSync(join(directory, commandsFile), stdout.replaceAll("\r", ""));
  } finally {
    await runCommand("stopping Windows", "wineserver", ["-k"], { env });
    rmSync(temporary, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
  }
}

/** Puts together what all PowerShells have written into the folder. */
export function readCoverage(directory: string): Coverage {
  const linesOf = (name: string) => readFileSync(join(directory, name), "utf8").split(/\r?\n/).filter(Boolean);
  const hits = new Set(
    readdirSync(directory)
      .filter((name) => name.startsWith("hits-"))
      .flatMap(linesOf),
  );
  const commands = linesOf(commandsFile).map((line) => line.split(" ") as [string, ...string[]]);
  return mapValues(Object.fromEntries(commands.map(([file, ...places]) => [file, places])), (places, file) => ({
    covered: places.filter((place) => hits.has(`${file} ${place}`)),
    missed: places.filter((place) => !hits.has(`${file} ${place}`)),
  }));
}

/** The parts of the recipe of which nearly everything must run. */
const recipe = ["modules/", "scripts/", "proof/", "harvest/", "sysprep/"];
const floor = 0.95;

/**
 * What was covered, a line for each file and for each missed line without a reason, and what is wrong with it.
 * @param gaps what is missed for a reason; nothing of it may be covered after all
 */
export function judgeCoverage(
  coverage: Coverage,
  gaps: Gap[],
  packerDir: string,
): { lines: string[]; failures: string[] } {
  const lines = Object.entries(coverage).map(([file, { covered, missed }]) => {
    const where = missed.length === 0 ? "" : `, missed: ${rowsOf(missed).join(" ")}`;
    return `${file}: ${covered.length} of ${covered.length + missed.length}${where}`;
  });
  const counted = Object.entries(coverage).filter(([file]) => recipe.some((part) => file.startsWith(part)));
  const covered = sumBy(counted, ([, each]) => each.covered.length);
  const all = covered + sumBy(counted, ([, each]) => each.missed.length);
  lines.push(`The recipe: ${covered} of ${all} commands, ${((100 * covered) / all).toFixed(1)} %`);

  const missed = counted.flatMap(([file, each]) => {
    const text = readFileSync(join(packerDir, file), "utf8").split(/\r?\n/);
    return rowsOf(each.missed).map((row) => ({ file, row, text: text[row - 1] ?? "" }));
  });
  const isIn = (gap: Gap, { file, text }: { file: string; text: string }) =>
    gap.file === file && text.includes(gap.line ?? "");
  const unexplained = missed.filter((each) => !gaps.some((gap) => isIn(gap, each)));
  lines.push(...unexplained.map(({ file, row, text }) => `${file}:${row}: no reason is known: ${text.trim()}`));
  const failures = gaps
    .filter((gap) => !gap.isSometimesRun && !missed.some((each) => isIn(gap, each)))
    .map(({ file, line = "" }) => `${file} ${line}: is listed as never run and is not missed`);
  if (covered < floor * all) failures.push(`less than ${100 * floor} % of the recipe's commands ran`);
  return { lines, failures };
}

function rowsOf(places: string[]): number[] {
  return uniq(places.map((place) => Number(place.split(":")[0])));
}
