import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { chmod, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { announce, installDirectory, type Site } from "./cache.ts";
import { isExecutable, runCommand } from "./command.ts";
import type { Pins } from "./pins.ts";

/** XDG_CONFIG_HOME under which SST finds the two programs it otherwise downloads. */
export type Sst = { configHome: string };

/** What SST 4.17 looks for in `$XDG_CONFIG_HOME/sst/bin` before it does anything. */
const wanted = { pulumi: "v3.215.0", bun: "1.2.1" };
const root = fileURLToPath(new URL("../..", import.meta.url));
const platform = join(root, ".sst", "platform");

export async function findSst(site: Site, pins: Pins): Promise<Sst | undefined> {
  const configHome = await findConfigHome(site.cache, pins);
  if (!configHome || !isPlatformCurrent(pins)) return undefined;
  return { configHome };
}

/** Makes SST's platform code (`.sst/platform`) be there without a deployment and without Pulumi. */
export async function installSst(site: Site, pins: Pins): Promise<Sst> {
  if (!(await findConfigHome(site.cache, pins))) {
    await announce(site.log, `Fetching what SST ${pins.sst} runs on (bun ${wanted.bun})`, "about 5 seconds", () =>
      installDirectory(ownConfigHome(site.cache, pins), (directory) => fillConfigHome(directory, site.signal)),
    );
  }
  const configHome = await findConfigHome(site.cache, pins);
  if (!configHome) throw new Error("installing what SST runs on: it is not there afterwards");
  if (!isPlatformCurrent(pins)) {
    await announce(site.log, `Installing SST's platform code into .sst/`, "about 5 seconds", () =>
      installPlatform(configHome, pins, site.signal),
    );
  }
  return { configHome };
}

/** A user who deploys with SST has the real programs already; otherwise a directory of ours. */
async function findConfigHome(cache: string, pins: Pins): Promise<string | undefined> {
  const users = process.env.XDG_CONFIG_HOME || join(homedir(), ".config");
  if (await holdsWanted(users)) return users;
  const own = ownConfigHome(cache, pins);
  return existsSync(own) ? own : undefined;
}

async function holdsWanted(configHome: string): Promise<boolean> {
  const versionOf = (program: string, parameter: string) => {
    const file = join(configHome, "sst", "bin", program);
    if (!isExecutable(file)) return undefined;
    return runCommand(`asking ${program} for its version`, file, [parameter], { timeout: 20_000 }).then(
      ({ stdout }) => stdout.trim(),
      () => undefined,
    );
  };
  const [pulumi, bun] = await Promise.all([versionOf("pulumi", "version"), versionOf("bun", "--version")]);
  return pulumi === wanted.pulumi && bun === wanted.bun;
}

/** `sst install` only asks Pulumi for its version; nothing local ever deploys with it. */
async function fillConfigHome(directory: string, signal?: AbortSignal): Promise<void> {
  const bin = join(directory, "sst", "bin");
  await mkdir(bin, { recursive: true });
  await writeFile(join(bin, "pulumi"), `#!/bin/sh\necho ${wanted.pulumi}\n`);
  await chmod(join(bin, "pulumi"), 0o755);
  const packageName = bunPackage();
  const download = join(directory, "download");
  await mkdir(download);
  await runCommand(
    "fetching bun",
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
    throw new Error(`fetching bun: there is none for ${process.platform} on ${process.arch}`);
  return `@oven/bun-${process.platform}-${architecture}`;
}

async function installPlatform(configHome: string, pins: Pins, signal?: AbortSignal): Promise<void> {
  const sst = join(root, "node_modules", "sst", "bin", "sst.mjs");
  await runCommand("installing SST's platform code", process.execPath, [sst, "install"], {
    cwd: root,
    signal,
    env: { ...process.env, XDG_CONFIG_HOME: configHome, SST_STAGE: "local", DO_NOT_TRACK: "1" },
  });
  await writeFile(join(platform, "installed.new"), platformKey(pins));
  await rename(join(platform, "installed.new"), join(platform, "installed"));
}

function isPlatformCurrent(pins: Pins): boolean {
  const mark = join(platform, "installed");
  return existsSync(mark) && readFileSync(mark, "utf8") === platformKey(pins);
}

/** The platform depends on SST's version and on the providers that sst.config.ts names. */
function platformKey(pins: Pins): string {
  const program = createHash("sha256").update(readFileSync(join(root, "sst.config.ts")));
  return `${pins.sst} ${program.digest("hex")}`;
}

function ownConfigHome(cache: string, pins: Pins): string {
  return join(cache, `sst-${pins.sst}-config`);
}
