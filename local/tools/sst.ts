import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { chmod, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { announce, installDirectory, type Site } from "./cache.ts";
import { isExecutable, runCommand } from "./programs.ts";
import type { ToolVersions } from "./tool-versions.ts";

/** The XDG_CONFIG_HOME under which SST finds Pulumi and bun, which it downloads otherwise. */
export type Sst = { configHome: string };

/** SST 4.17 wants these versions in `$XDG_CONFIG_HOME/sst/bin` before it starts. */
const wanted = { pulumi: "v3.215.0", bun: "1.2.1" };
const root = fileURLToPath(new URL("../..", import.meta.url));
const platform = join(root, ".sst", "platform");

export async function findSst(site: Site, versions: ToolVersions): Promise<Sst | undefined> {
  const configHome = await findConfigHome(site.cache, versions);
  if (!configHome || !isPlatformCurrent(versions)) return undefined;
  return { configHome };
}

/** Installs SST's platform code (`.sst/platform`) without a deployment and without Pulumi. */
export async function installSst(site: Site, versions: ToolVersions): Promise<Sst> {
  if (!(await findConfigHome(site.cache, versions))) {
    await announce(site.log, `Downloading bun ${wanted.bun} for SST ${versions.sst}`, "about 5 seconds", () =>
      installDirectory(ownConfigHome(site.cache, versions), (directory) => fillConfigHome(directory, site.signal)),
    );
  }
  const configHome = await findConfigHome(site.cache, versions);
  if (!configHome) throw new Error("installing bun for SST: it is missing afterwards");
  if (!isPlatformCurrent(versions)) {
    await announce(site.log, `Installing SST's platform code into .sst/`, "about 5 seconds", () =>
      installPlatform(configHome, versions, site.signal),
    );
  }
  return { configHome };
}

/** Prefers the real programs of a user who deploys with SST to the directory in the cache. */
async function findConfigHome(cache: string, versions: ToolVersions): Promise<string | undefined> {
  const users = process.env.XDG_CONFIG_HOME || join(homedir(), ".config");
  if (await holdsWanted(users)) return users;
  const own = ownConfigHome(cache, versions);
  return existsSync(own) ? own : undefined;
}

async function holdsWanted(configHome: string): Promise<boolean> {
  const versionOf = (program: string, parameter: string) => {
    const file = join(configHome, "sst", "bin", program);
    if (!isExecutable(file)) return undefined;
    return runCommand(`asking ${program} for its version`, file, [parameter]).then(
      ({ stdout }) => stdout.trim(),
      () => undefined,
    );
  };
  const [pulumi, bun] = await Promise.all([versionOf("pulumi", "version"), versionOf("bun", "--version")]);
  return pulumi === wanted.pulumi && bun === wanted.bun;
}

/** `sst install` only asks Pulumi for its version, and nothing local deploys with it, so a script will do. */
async function fillConfigHome(directory: string, signal?: AbortSignal): Promise<void> {
  const bin = join(directory, "sst", "bin");
  await mkdir(bin, { recursive: true });
  await writeFile(join(bin, "pulumi"), `#!/bin/sh\necho ${wanted.pulumi}\n`);
  await chmod(join(bin, "pulumi"), 0o755);
  const packageName = bunPackage();
  const download = join(directory, "download");
  await mkdir(download);
  await runCommand(
    "downloading bun",
    "npm",
    ["install", "--prefix", download, "--no-audit", "--no-fund", "--ignore-scripts", `${packageName}@${wanted.bun}`],
    { signal },
  );
  await rename(join(download, "node_modules", packageName, "bin", "bun"), join(bin, "bun"));
  await chmod(join(bin, "bun"), 0o755);
  await rm(download, { recursive: true });
}

function bunPackage(): string {
  const architecture = { x64: "x64", arm64: "aarch64" }[process.arch as string];
  if (!architecture || !["linux", "darwin"].includes(process.platform))
    throw new Error(`downloading bun: npm has none for ${process.platform} on ${process.arch}`);
  return `@oven/bun-${process.platform}-${architecture}`;
}

async function installPlatform(configHome: string, versions: ToolVersions, signal?: AbortSignal): Promise<void> {
  const sst = join(root, "node_modules", "sst", "bin", "sst.mjs");
  await runCommand("installing SST's platform code", process.execPath, [sst, "install"], {
    cwd: root,
    signal,
    env: { ...process.env, XDG_CONFIG_HOME: configHome, SST_STAGE: "local", DO_NOT_TRACK: "1" },
  });
  await writeFile(join(platform, "installed.new"), platformKey(versions));
  await rename(join(platform, "installed.new"), join(platform, "installed"));
}

function isPlatformCurrent(versions: ToolVersions): boolean {
  const mark = join(platform, "installed");
  return existsSync(mark) && readFileSync(mark, "utf8") === platformKey(versions);
}

/** The platform code depends on SST's version and on the providers that sst.config.ts names. */
function platformKey(versions: ToolVersions): string {
  const program = createHash("sha256").update(readFileSync(join(root, "sst.config.ts")));
  return `${versions.sst} ${program.digest("hex")}`;
}

function ownConfigHome(cache: string, versions: ToolVersions): string {
  return join(cache, `sst-${versions.sst}-config`);
}
