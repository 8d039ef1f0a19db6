import { pathToFileURL } from "node:url";
import { cacheDirectory, type Log, type Site } from "./cache.ts";
import { withLock } from "./lock.ts";
import { findMoto, installMoto, type Moto } from "./moto.ts";
import { findPacker, installPacker, type Packer } from "./packer.ts";
import { findSst, installSst, type Sst } from "./sst.ts";
import { readToolVersions, type ToolVersions } from "./tool-versions.ts";

/** The real programs that the local stack runs on. */
export type Tools = {
  /** Packer's binary. */
  packer: string;
  /** For PACKER_PLUGIN_PATH: a directory with the amazon plugin. */
  pluginPath: string;
  /** A Python in which moto is installed. */
  python: string;
  /** A directory with the `aws` command and nothing else. */
  aws: string;
  /** For XDG_CONFIG_HOME when SST runs. */
  sstConfigHome: string;
  versions: { packer: string; amazonPlugin: string; moto: string; sst: string; node: string };
};

type Found = { packer?: Packer; moto?: Moto; sst?: Sst };

/**
 * Finds the tools and installs the missing ones. Logs a line for each download and build, and nothing otherwise.
 * @throws Error that names the remedies when a tool can neither be found nor installed.
 */
export async function installTools(log: Log, { signal }: { signal?: AbortSignal } = {}): Promise<Tools> {
  const versions = readToolVersions();
  const site: Site = { cache: cacheDirectory(), log, signal };
  const found = await find(site, versions);
  const { packer, moto, sst } = isComplete(found) ? found : await withLock(site, () => install(site, versions));
  return {
    packer: packer.binary,
    pluginPath: packer.pluginPath,
    python: moto.python,
    aws: moto.aws,
    sstConfigHome: sst.configHome,
    versions: {
      packer: packer.version,
      amazonPlugin: versions.amazonPlugin,
      moto: versions.moto,
      sst: versions.sst,
      node: process.versions.node,
    },
  };
}

async function find(site: Site, versions: ToolVersions): Promise<Found> {
  const [packer, sst] = await Promise.all([findPacker(site, versions), findSst(site, versions)]);
  return { packer, sst, moto: findMoto(site) };
}

function isComplete(found: Found): found is Required<Found> {
  return Boolean(found.packer && found.moto && found.sst);
}

/** Searches again, because another process may have installed the tools while this one waited for the lock. */
async function install(site: Site, versions: ToolVersions): Promise<Required<Found>> {
  const found = await find(site, versions);
  return {
    moto: found.moto ?? (await installMoto(site)),
    sst: found.sst ?? (await installSst(site, versions)),
    packer: found.packer ?? (await installPacker(site, versions)),
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const interruption = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const)
    process.once(name, () => interruption.abort(new Error(`stopped by ${name}`)));
  await installTools(say, { signal: interruption.signal }).catch((error: Error) => {
    say(error.message);
    process.exitCode = 1;
  });
}
