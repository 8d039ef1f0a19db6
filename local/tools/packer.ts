import { existsSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { installDirectory, type Site } from "./cache.ts";
import { installByFirstWay } from "./fallbacks.ts";
import { type GoBuild, type GoProgram, withGoBuild } from "./go-build.ts";
import { findPrograms, isExecutable, runCommand } from "./programs.ts";
import { configuredReleaseHost, downloadRelease, type ReleaseHost } from "./release-archive.ts";
import type { ToolVersions } from "./tool-versions.ts";

/** A binary, and a directory for PACKER_PLUGIN_PATH that holds the amazon plugin. */
export type Packer = { binary: string; pluginPath: string; version: string };

const installGo = "install Go 1.26 or newer, to build it from source";

/**
 * How long Packer may take to download its plugin, in milliseconds: as long as a CodeBuild build may take for Packer's
 * archive.
 */
const maxPluginDownload = 600_000;

/**
 * Finds Packer in this order: the setting PACKER, a Packer on the PATH that is of the templates' version, an earlier
 * installation. The plugin always comes from an earlier installation.
 * @throws Error when PACKER names anything but a Packer of the templates' version
 */
export async function findPacker({ cache }: Site, versions: ToolVersions): Promise<Packer | undefined> {
  const binary = await findBinary(cache, versions);
  const pluginPath = pluginDirectory(cache, versions);
  if (!binary || !existsSync(pluginPath)) return undefined;
  return { ...binary, pluginPath };
}

/** Installs what is missing of Packer and its plugin: downloads it if possible, else builds it from source. */
export async function installPacker(
  site: Site,
  versions: ToolVersions,
  releaseHost: () => ReleaseHost = configuredReleaseHost,
): Promise<Packer> {
  await withGoBuild(site, async (build) => {
    if (!(await findBinary(site.cache, versions))) await installBinary(site, versions, releaseHost, build);
    const found = await findBinary(site.cache, versions);
    if (found && !existsSync(pluginDirectory(site.cache, versions)))
      await installPlugin(site, versions, found.binary, build);
  });
  const packer = await findPacker(site, versions);
  if (!packer) throw new Error("installing Packer: it is missing afterwards");
  return packer;
}

async function findBinary(cache: string, versions: ToolVersions): Promise<Omit<Packer, "pluginPath"> | undefined> {
  const setting = process.env.PACKER;
  if (setting) {
    const version = await versionOf(setting);
    if (!version) throw new Error(`using PACKER=${setting}: it does not answer as HashiCorp's Packer`);
    if (version !== versions.packer)
      throw new Error(`using PACKER=${setting}: it is Packer ${version}, the templates need ${versions.packer}`);
    return { binary: setting, version };
  }
  for (const binary of findPrograms("packer")) {
    const version = await versionOf(binary);
    if (version === versions.packer) return { binary, version };
  }
  const installed = join(packerDirectory(cache, versions), "packer");
  return isExecutable(installed) ? { binary: installed, version: versions.packer } : undefined;
}

/** Other programs are called packer, too, such as cracklib's. Only HashiCorp's answers like this. */
async function versionOf(binary: string): Promise<string | undefined> {
  const environment = { ...process.env, CHECKPOINT_DISABLE: "1" };
  return runCommand("asking for the version", binary, ["version"], { env: environment }).then(
    ({ stdout }) => /^Packer v(\S+)/m.exec(stdout)?.[1],
    () => undefined,
  );
}

async function installBinary(
  site: Site,
  versions: ToolVersions,
  releaseHost: () => ReleaseHost,
  build: GoBuild,
): Promise<void> {
  const directory = packerDirectory(site.cache, versions);
  const download = {
    what: `Downloading Packer ${versions.packer}`,
    usually: "about 35 MB",
    install: () =>
      installDirectory(directory, async (unfinished) => {
        const file = await downloadRelease(releaseHost(), "packer", versions.packer, { signal: site.signal });
        const binary = join(unfinished, "packer");
        await writeFile(binary, file, { mode: 0o755 });
        if ((await versionOf(binary)) !== versions.packer) throw new Error("the downloaded Packer does not run here");
      }),
  };
  const fromSource = {
    what: `Building Packer ${versions.packer} from source with Go`,
    usually: "about 3 minutes on two cores",
    install: () =>
      installDirectory(directory, async (unfinished) =>
        rename(await build(hashicorp("packer")), join(unfinished, "packer")),
      ),
  };
  await installByFirstWay(
    site,
    `Packer ${versions.packer}`,
    [download, fromSource],
    [
      `put Packer ${versions.packer} on the PATH, or its path into PACKER`,
      "let this machine reach the release host, or name a mirror in policies.packerReleaseUrl of config.ts",
      installGo,
    ],
  );
}

async function installPlugin(site: Site, versions: ToolVersions, packer: string, build: GoBuild): Promise<void> {
  const directory = pluginDirectory(site.cache, versions);
  const plugins = (pluginPath: string, ...parameters: string[]) =>
    runCommand("packer plugins install", packer, ["plugins", "install", ...parameters], {
      env: { ...process.env, PACKER_PLUGIN_PATH: pluginPath, CHECKPOINT_DISABLE: "1" },
      timeout: maxPluginDownload,
      signal: site.signal,
    });
  const download = {
    what: `Downloading Packer's amazon plugin ${versions.amazonPlugin}`,
    usually: "about 30 MB",
    install: () =>
      installDirectory(directory, async (unfinished) => {
        await plugins(unfinished, "github.com/hashicorp/amazon", `v${versions.amazonPlugin}`);
      }),
  };
  const fromSource = {
    what: `Building Packer's amazon plugin ${versions.amazonPlugin} from source with Go`,
    usually: "about 3 minutes on two cores, 1 after Packer was built",
    install: () =>
      installDirectory(directory, async (unfinished) => {
        await plugins(
          unfinished,
          "--path",
          await build(hashicorp("packer-plugin-amazon")),
          "github.com/hashicorp/amazon",
        );
      }),
  };
  await installByFirstWay(
    site,
    `Packer's amazon plugin ${versions.amazonPlugin}`,
    [download, fromSource],
    ["let this machine reach releases.hashicorp.com or api.github.com", installGo],
  );
}

/** At the version that local/packer/go.mod pins. */
function hashicorp(name: "packer" | "packer-plugin-amazon"): GoProgram {
  return { module: fileURLToPath(new URL("../packer", import.meta.url)), package: `github.com/hashicorp/${name}` };
}

function packerDirectory(cache: string, versions: ToolVersions): string {
  return join(cache, `packer-${versions.packer}`);
}

function pluginDirectory(cache: string, versions: ToolVersions): string {
  return join(cache, `packer-plugins-amazon-${versions.amazonPlugin}`);
}
