import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Need, parseVersions, unpinned, unsupported, type Versions } from "../functions/config/versions.ts";

const pluginPin = "buildspec/packer-plugin-amazon.sha256";

/**
 * @param root of the repository
 * @throws Error if no checksum is pinned for Packer's amazon plugin. Otherwise each build would refuse the plugin.
 */
export function requirePluginPin(root: string): void {
  const [, archive] = /^null {2}(\S+)\.zip$/m.exec(readFileSync(join(root, pluginPin), "utf8")) ?? [];
  if (!archive) return;
  throw new Error(
    `${pluginPin} has no checksum for ${archive}: npm run pin fetches it from HashiCorp, once for each version of the plugin`,
  );
}

/**
 * @param root of the repository
 * @throws Error with every artifact that a variant needs and that has no checksum. Otherwise each build would fail
 * after an hour.
 */
export function requirePins(root: string, variants: Need[]): void {
  const missing = unpinned(readVersions(root), variants);
  if (missing.length === 0) return;
  throw new Error(
    `packer/versions.json has no checksum for ${missing.join(", or for ")}: npm run pin fetches it from the publisher`,
  );
}

/** A line for each variant that gets something from `packer/versions.json` that nobody mends any more. */
export function supportWarnings(root: string, variants: Need[], now: number): string[] {
  const versions = readVersions(root);
  return variants.flatMap((variant) => {
    const ended = unsupported(versions, variant, now);
    if (ended.length === 0) return [];
    return `${variant.name} gets ${ended.join(", ")}, past the end of support: raise the version in packer/versions.json, then npm run pin`;
  });
}

function readVersions(root: string): Versions {
  return parseVersions(readFileSync(join(root, "packer/versions.json"), "utf8"));
}
