import { readFileSync } from "node:fs";
import { argv, stderr } from "node:process";
import { pathToFileURL } from "node:url";

/**
 * Summarizes the contents of a harvest.
 * @param {{ recipe?: string, files?: { path: string, sha256: string, bytes: number }[] }} manifest
 * @param {{ harvest_recipe: string }} ordered Packer's variables
 * @returns {string}
 * @throws Error if the manifest does not match the order: the service would order the harvest again and again
 */
export function harvested({ recipe, files }, { harvest_recipe }) {
  if (recipe !== harvest_recipe) throw new Error(`it has recipe ${recipe}, expected ${harvest_recipe}`);
  if (!Array.isArray(files) || files.length === 0) throw new Error("it lists no files");
  const wrong = files.find(({ path, sha256, bytes }) => !path || !/^[0-9a-f]{64}$/.test(sha256) || !(bytes >= 0));
  if (wrong) throw new Error(`its entry ${JSON.stringify(wrong)} lacks a path, SHA-256 or size`);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return `${files.length} files, ${Math.ceil(bytes / 2 ** 20)} MiB`;
}

if (import.meta.url === pathToFileURL(argv[1] ?? "").href) {
  try {
    const [manifest, ordered] = argv.slice(2).map((file) => JSON.parse(readFileSync(file, "utf8")));
    process.stdout.write(harvested(manifest, ordered));
  } catch (error) {
    stderr.write(`${error.message.replace(/\s+/g, " ")}\n`);
    process.exitCode = 1;
  }
}
