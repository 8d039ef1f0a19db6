import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";

/** The folders whose files are the recipe. */
export const recipeFolders = ["packer", "buildspec"];
/** The part of the recipe that determines a harvest. Other changes of the recipe do not repeat it. */
const harvestFolders = ["packer/harvest", "packer/modules"];

/**
 * The recipe's files as paths below `root`, with `/`, in byte order.
 * @throws Error for a file name that a shell or an archive might change
 */
export function recipeFiles(root: string, folders = recipeFolders): string[] {
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join("/")),
  );
  const strange = files.find((file) => !/^[A-Za-z0-9._/-]+$/.test(file));
  if (strange) throw new Error(`hashing the recipe: ${strange} has characters other than A-Z a-z 0-9 . _ / -`);
  return files.sort(byBytes);
}

/**
 * The result of `find packer buildspec -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum` in `root`.
 */
export function recipeHash(root: string): string {
  return hashOf(root, recipeFiles(root));
}

/** The same hash over the files that determine a harvest. */
export function harvestRecipeHash(root: string): string {
  return hashOf(root, recipeFiles(root, harvestFolders));
}

function hashOf(root: string, files: string[]): string {
  return sha256(files.map((file) => `${sha256(readFileSync(join(root, file)))}  ${file}\n`).join(""));
}

function sha256(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
