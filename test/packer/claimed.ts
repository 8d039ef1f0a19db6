import { readFileSync } from "node:fs";
import { join } from "node:path";
import { complaints } from "./claims/join.ts";
import { followRecipe } from "./claims/recipe.ts";
import { packerDirectory, parse, recipeScripts, type Script } from "./powershell.ts";

export const scripts = recipeScripts();

/** The first lines of every script. */
export const head = "Set-StrictMode -Version Latest\n$ErrorActionPreference = 'Stop'\n";

const uploads = [...directoriesUploaded(), "versions.json"];

/**
 * Follows the recipe and compares what its steps make with what its checks look at.
 * @param changes texts that replace or add files of the recipe, by path
 */
export function mismatches(changes: Record<string, string> = {}): string[] {
  const written = Object.entries(changes).map(([path, text]) => parse(path, text));
  const recipe: Script[] = [...scripts.filter(({ path }) => !(path in changes)), ...written];
  return complaints(followRecipe(recipe), uploads);
}

export function textOf(path: string): string {
  return scripts.find((script) => script.path === path)?.text ?? "";
}

function directoriesUploaded(): string[] {
  const build = readFileSync(join(packerDirectory, "build.pkr.hcl"), "utf8");
  const names = /sources\s+=\s+\[for name in \[([^\]]+)\]/.exec(build)?.[1] ?? "";
  return names.split(",").map((name) => name.trim().replaceAll('"', ""));
}
