import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { announce, installDirectory, type Site } from "./cache.ts";
import { findProgram, findPrograms, isExecutable, runCommand } from "./command.ts";
import type { Pins } from "./pins.ts";

/** A binary, and a directory for PACKER_PLUGIN_PATH that holds the amazon plugin. */
export type Packer = { binary: string; pluginPath: string; version: string };

const goModule = fileURLToPath(new URL("../packer", import.meta.url));
const sources = { packer: "github.com/hashicorp/packer", amazonPlugin: "github.com/hashicorp/packer-plugin-amazon" };
const waysOut = (pins: Pins) =>
  `Two ways out: put Packer ${pins.packer} on the PATH (or its path into PACKER), or install Go 1.26 or newer so that it can be built.`;

/**
 * What there is already: the setting PACKER, then whatever on the PATH is of the version that the templates demand, then what was built
 * before.
 * @throws Error when PACKER is set to anything else
 */
export async function findPacker({ cache }: Site, pins: Pins): Promise<Packer | undefined> {
  const binary = await findBinary(cache, pins);
  const pluginPath = pluginDirectory(cache, pins);
  if (!binary || !existsSync(pluginPath)) return undefined;
  return { ...binary, pluginPath };
}

/** Gets what is missing of Packer and its plugin: downloads the plugin where Packer can, builds from source where it cannot. */
export async function installPacker(site: Site, pins: Pins): Promise<Packer> {
  const binary = await findBinary(site.cache, pins);
  if (binary) await installPlugin(site, pins, binary.binary);
  else await buildBoth(site, pins);
  const packer = await findPacker(site, pins);
  if (!packer) throw new Error("installing Packer: it is not there afterwards");
  return packer;
}

async function findBinary(cache: string, pins: Pins): Promise<Omit<Packer, "pluginPath"> | undefined> {
  const setting = process.env.PACKER;
  if (setting) {
    const version = await versionOf(setting);
    if (!version) throw new Error(`using PACKER=${setting}: it does not answer as HashiCorp's Packer`);
    if (version !== pins.packer)
      throw new Error(`using PACKER=${setting}: it is Packer ${version}, the templates demand ${pins.packer}`);
    return { binary: setting, version };
  }
  for (const binary of findPrograms("packer")) {
    const version = await versionOf(binary);
    if (version === pins.packer) return { binary, version };
  }
  const built = builtBinary(cache, pins);
  return isExecutable(built) ? { binary: built, version: pins.packer } : undefined;
}

/** Other programs are called packer too (cracklib's, for one), hence the look at what it says. */
async function versionOf(binary: string): Promise<string | undefined> {
  const environment = { ...process.env, CHECKPOINT_DISABLE: "1" };
  return runCommand("asking for the version", binary, ["version"], { env: environment, timeout: 20_000 }).then(
    ({ stdout }) => /^Packer v(\S+)/m.exec(stdout)?.[1],
    () => undefined,
  );
}

async function installPlugin(site: Site, pins: Pins, binary: string): Promise<void> {
  await installDirectory(pluginDirectory(site.cache, pins), async (directory) => {
    const environment = pluginEnvironment(directory);
    const download = () =>
      runCommand(
        "downloading the amazon plugin",
        binary,
        ["plugins", "install", "github.com/hashicorp/amazon", `v${pins.amazonPlugin}`],
        { env: environment, timeout: 120_000, signal: site.signal },
      );
    const what = `Fetching Packer's amazon plugin ${pins.amazonPlugin}`;
    const downloaded = await announce(site.log, what, "some seconds", () =>
      download().then(
        () => true,
        () => false,
      ),
    );
    if (downloaded) return;
    await announce(
      site.log,
      `It cannot be downloaded; building ${pins.amazonPlugin} from source`,
      "about 3 minutes",
      () =>
        build(site, pins, [sources.amazonPlugin], (products) =>
          installBuiltPlugin(binary, join(products, "packer-plugin-amazon"), directory),
        ),
    );
  });
}

async function buildBoth(site: Site, pins: Pins): Promise<void> {
  const what = `Building Packer ${pins.packer} and its amazon plugin ${pins.amazonPlugin} from source`;
  await announce(site.log, what, "about 4 minutes on two cores", () =>
    build(site, pins, [sources.packer, sources.amazonPlugin], async (products) => {
      await installDirectory(pluginDirectory(site.cache, pins), (directory) =>
        installBuiltPlugin(join(products, "packer"), join(products, "packer-plugin-amazon"), directory),
      );
      await installDirectory(join(builtBinary(site.cache, pins), ".."), (directory) =>
        rename(join(products, "packer"), join(directory, "packer")),
      );
    }),
  );
}

/** Go's caches come to 5 GB for this build, so they go again with it. */
async function build(
  { cache, signal }: Site,
  pins: Pins,
  packages: string[],
  use: (products: string) => Promise<void>,
): Promise<void> {
  const go = findProgram("go");
  if (!go) throw new Error(`building Packer from source: no Go on the PATH. ${waysOut(pins)}`);
  mkdirSync(cache, { recursive: true });
  const workshop = mkdtempSync(join(cache, ".unfinished-go-"));
  const products = join(workshop, "products");
  const temporary = join(workshop, "tmp");
  mkdirSync(products);
  mkdirSync(temporary);
  try {
    await runCommand(
      "building Packer from source",
      go,
      ["build", "-ldflags", "-s -w", "-o", `${products}/`, ...packages],
      {
        cwd: goModule,
        signal,
        env: {
          ...process.env,
          CGO_ENABLED: "0",
          GOPATH: join(workshop, "path"),
          GOMODCACHE: join(workshop, "modules"),
          GOCACHE: join(workshop, "cache"),
          GOTMPDIR: temporary,
          // Without -modcacherw the module cache is read-only and cannot be deleted afterwards.
          GOFLAGS: "-mod=readonly -modcacherw",
          GOWORK: "off",
          GOOS: "",
          GOARCH: "",
        },
      },
    );
    await use(products);
  } finally {
    // A compiler that outlives an interrupted build for a moment still writes here.
    rmSync(workshop, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
  }
}

async function installBuiltPlugin(binary: string, plugin: string, directory: string): Promise<void> {
  await runCommand(
    "installing the amazon plugin",
    binary,
    ["plugins", "install", "--path", plugin, "github.com/hashicorp/amazon"],
    { env: pluginEnvironment(directory) },
  );
}

function pluginEnvironment(directory: string): NodeJS.ProcessEnv {
  return { ...process.env, PACKER_PLUGIN_PATH: directory, CHECKPOINT_DISABLE: "1" };
}

function builtBinary(cache: string, pins: Pins): string {
  return join(cache, `packer-${pins.packer}`, "packer");
}

function pluginDirectory(cache: string, pins: Pins): string {
  return join(cache, `packer-plugins-amazon-${pins.amazonPlugin}`);
}
