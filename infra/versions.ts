import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Need, parseVersions, unpinned } from "../functions/config/versions.ts";

/**
 * @param root of the repository
 * @throws Error naming every artifact that a variant needs and nobody has pinned: at once, and not an hour into each of its builds.
 */
export function requirePins(root: string, variants: Need[]): void {
  const missing = unpinned(parseVersions(readFileSync(join(root, "packer/versions.json"), "utf8")), variants);
  if (missing.length === 0) return;
  throw new Error(
    `packer/versions.json has no checksum of ${missing.join(", nor of ")}: npm run pin asks their publishers for it`,
  );
}
