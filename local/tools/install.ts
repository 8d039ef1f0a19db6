import { pathToFileURL } from "node:url";
import { cacheDirectory, type Log, type Site, withLock } from "./cache.ts";
import { findMoto, installMoto, type Moto } from "./moto.ts";
import { findPacker, installPacker, type Packer } from "./packer.ts";
import { type Pins, readPins } from "./pins.ts";
import { findSst, installSst, type Sst } from "./sst.ts";

/** Everything real that the local stack runs on. */
export type Tools = {
  /** Packer's binary. */
  packer: string;
  /** For PACKER_PLUGIN_PATH: holds the amazon plugin. */
  pluginPath: string;
  /** A Python that has moto in it. */
  python: string;
  /** A directory that holds the `aws` command and nothing else. */
  aws: string;
  /** For XDG_CONFIG_HOME when SST runs. */
  sstConfigHome: string;
  versions: { packer: string; amazonPlugin: string; moto: string; sst: string; node: string };
};

type Found = { packer?: Packer; moto?: Moto; sst?: Sst };

/**
 * The tools, installed where they are missing. Says a line for each thing it fetches or builds, and nothing when all is there.
 * @throws Error that names the ways out when something can neither be found nor installed.
 */
export async function installTools(log: Log, { signal }: { signal?: AbortSignal } = {}): Promise<Tools> {
  const pins = readPins();
  const site: Site = { cache: cacheDirectory(), log, signal };
  const found = await find(site, pins);
  const { packer, moto, sst } = isWhole(found) ? found : await withLock(site, () => install(site, pins));
  return {
    packer: packer.binary,
    pluginPath: packer.pluginPath,
    python: moto.python,
    aws: moto.aws,
    sstConfigHome: sst.configHome,
    versions: {
      packer: packer.version,
      amazonPlugin: pins.amazonPlugin,
      moto: pins.moto,
      sst: pins.sst,
      node: process.versions.node,
    },
  };
}

async function find(site: Site, pins: Pins): Promise<Found> {
  const [packer, sst] = await Promise.all([findPacker(site, pins), findSst(site, pins)]);
  return { packer, sst, moto: findMoto(site) };
}

function isWhole(found: Found): found is Required<Found> {
  return Boolean(found.packer && found.moto && found.sst);
}

/** Looks again under the lock: another process may just have finished. */
async function install(site: Site, pins: Pins): Promise<Required<Found>> {
  const found = await find(site, pins);
  return {
    moto: found.moto ?? (await installMoto(site)),
    sst: found.sst ?? (await installSst(site, pins)),
    packer: found.packer ?? (await installPacker(site, pins)),
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const interruption = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => interruption.abort());
  await installTools(say, { signal: interruption.signal }).catch((error: Error) => {
    say(error.message);
    process.exitCode = 1;
  });
}
