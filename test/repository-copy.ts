import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Copies the repository with what its commands need, for tests that change its files. Packages are shared. */
export function copyRepository(target: string): void {
  const files = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: root });
  for (const name of files.toString().split("\0").filter(Boolean)) copy(name, target);
  symlinkSync(join(root, "node_modules"), join(target, "node_modules"));
}

/** Adds SST's platform code to a copy, which a deployment bundles. */
export function copyPlatform(target: string): void {
  const platform = join(".sst", "platform");
  const packages = join(platform, "node_modules");
  for (const name of readdirSync(join(root, platform)).map((one) => join(platform, one)))
    if (name !== packages && !/\.(mjs|map)$/.test(name)) copy(name, target);
  symlinkSync(join(root, packages), join(target, packages));
}

function copy(name: string, target: string): void {
  mkdirSync(dirname(join(target, name)), { recursive: true });
  cpSync(join(root, name), join(target, name), { recursive: true });
}
