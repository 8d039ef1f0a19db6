import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { cacheDirectory, installDirectory, type Site, withLock } from "../../../local/tools/cache.ts";
import { installTools } from "../../../local/tools/install.ts";
import { findPacker, installPacker } from "../../../local/tools/packer.ts";

const pins = { packer: "1.16.0", amazonPlugin: "1.8.2", moto: "5.2.5", sst: "4.17.1" };

afterEach(() => vi.unstubAllEnvs());

function scene() {
  const cache = mkdtempSync(join(tmpdir(), "tools-"));
  const programs = mkdtempSync(join(tmpdir(), "programs-"));
  const lines: string[] = [];
  const site: Site = { cache, log: (line) => lines.push(line) };
  vi.stubEnv("PACKER", undefined);
  vi.stubEnv("PATH", programs);
  return {
    cache,
    lines,
    site,
    /** A program on the PATH that says its version, as Packer does. */
    program(name: string, says: string) {
      const file = join(programs, name);
      writeFileSync(file, `#!/bin/sh\necho '${says}'\n`);
      chmodSync(file, 0o755);
      return file;
    },
    plugin: () => mkdirSync(join(cache, `packer-plugins-amazon-${pins.amazonPlugin}`)),
    built() {
      mkdirSync(join(cache, `packer-${pins.packer}`));
      const file = join(cache, `packer-${pins.packer}`, "packer");
      writeFileSync(file, "");
      chmodSync(file, 0o755);
      return file;
    },
  };
}

test("a Packer on the PATH is taken when it is of the version that the templates demand", async () => {
  const { site, program, plugin } = scene();
  plugin();
  const binary = program("packer", "Packer v1.16.0");

  expect(await findPacker(site, pins)).toMatchObject({ binary, version: "1.16.0" });
});

test("the PATH is searched beyond a Packer that does not fit", async () => {
  const { site, program, plugin } = scene();
  plugin();
  const binary = program("packer", "Packer v1.16.0");
  const first = mkdtempSync(join(tmpdir(), "programs-"));
  writeFileSync(join(first, "packer"), "#!/bin/sh\necho 'Packer v1.15.1'\n", { mode: 0o755 });
  vi.stubEnv("PATH", [first, process.env.PATH].join(delimiter));

  expect(await findPacker(site, pins)).toMatchObject({ binary });
});

test.each([
  ["an older Packer", "Packer v1.15.1"],
  ["a newer Packer", "Packer v1.16.1"],
  ["a Packer that is no release", "Packer v1.16.0-dev"],
  ["another program of that name", "unpacks dictionaries"],
])("%s on the PATH is passed over for what was built before", async (_, says) => {
  const { site, program, plugin, built } = scene();
  plugin();
  program("packer", says);
  const binary = built();

  expect(await findPacker(site, pins)).toMatchObject({ binary, version: "1.16.0" });
});

test("the setting PACKER goes before everything, and a wrong one is an error", async () => {
  const { site, program, plugin, built } = scene();
  plugin();
  built();
  const own = program("my-packer", "Packer v1.16.0");

  vi.stubEnv("PACKER", own);
  expect(await findPacker(site, pins)).toMatchObject({ binary: own, version: "1.16.0" });

  vi.stubEnv("PACKER", program("other-packer", "Packer v1.17.3"));
  await expect(findPacker(site, pins)).rejects.toThrow(
    /using PACKER=.*other-packer: it is Packer 1\.17\.3, the templates demand 1\.16\.0/,
  );

  vi.stubEnv("PACKER", `${own}-mistyped`);
  await expect(findPacker(site, pins)).rejects.toThrow(/using PACKER=.*-mistyped/);
});

test("without Packer and without Go the error names both ways out", async () => {
  const { site } = scene();

  await expect(installPacker(site, pins)).rejects.toThrow(/put Packer 1\.16\.0 on the PATH.*or install Go/);
});

test("a build that fails leaves nothing that passes for installed", async () => {
  const { cache, site, program } = scene();
  const go = program("go", "");
  writeFileSync(go, "#!/bin/sh\necho 'no space left' >&2\nexit 1\n");

  await expect(installPacker(site, pins)).rejects.toThrow(/building Packer from source: no space left/);

  expect(readdirSync(cache)).toEqual([]);
});

test("a directory is installed whole or not at all", async () => {
  const { cache } = scene();
  const target = join(cache, "thing");
  const fill = async (directory: string) => writeFileSync(join(directory, "part"), "");

  const broken = installDirectory(target, async (directory) => {
    await fill(directory);
    throw new Error("the line went down");
  });
  await expect(broken).rejects.toThrow("the line went down");
  expect(readdirSync(cache)).toEqual([]);

  await installDirectory(target, fill);
  expect(readdirSync(target)).toEqual(["part"]);
});

test("two that install at once do so one after the other", async () => {
  const { site, lines } = scene();
  const order: string[] = [];
  let finish = () => {};
  const first = withLock(site, async () => {
    order.push("first begins");
    await new Promise<void>((resolve) => {
      finish = resolve;
    });
    order.push("first ends");
  });
  await vi.waitFor(() => expect(order).toEqual(["first begins"]));

  const second = withLock(site, async () => order.push("second"));
  await vi.waitFor(() => expect(lines).toHaveLength(1));
  finish();
  await Promise.all([first, second]);

  expect(order).toEqual(["first begins", "first ends", "second"]);
  expect(lines[0]).toMatch(new RegExp(`Another process \\(${process.pid}\\) is installing .* up to 5 minutes`));
});

test("who waits for another's installation can be interrupted", async () => {
  const { site } = scene();
  const interruption = new AbortController();
  const first = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const installation = withLock(site, () => {
    begun.resolve();
    return first.promise;
  });
  await begun.promise;

  const log = () => interruption.abort(new Error("stopped by SIGINT"));
  const waiting = withLock({ ...site, log, signal: interruption.signal }, async () => undefined);

  await expect(waiting).rejects.toThrow("stopped by SIGINT");
  first.resolve();
  await installation;
});

test("the lock of a process that died is taken over, and what it left half done is cleared away", async () => {
  const { cache, site } = scene();
  const lock = join(cache, "lock");
  mkdirSync(lock);
  utimesSync(lock, new Date(Date.now() - 60_000), new Date(Date.now() - 60_000));
  mkdirSync(join(cache, ".unfinished-go-abc"));

  const seen = await withLock(site, async () => readdirSync(cache));

  expect(seen.toSorted()).toEqual(["lock", "lock.holder"]);
  expect(existsSync(lock)).toBe(false);
});

test("tools live where the setting says, else in the user's cache", () => {
  expect(cacheDirectory({ EKS_WINDOWS_IMAGES_TOOLS: "/some/where", XDG_CACHE_HOME: "/c" })).toBe("/some/where");
  expect(cacheDirectory({ XDG_CACHE_HOME: "/c" })).toBe("/c/eks-windows-images");
});

test("with everything there nothing is said, and each part tells its version", async () => {
  const lines: string[] = [];

  const tools = await installTools((line) => lines.push(line));

  expect(lines).toEqual([]);
  expect(tools.versions).toMatchObject({ amazonPlugin: "1.8.2", moto: "5.2.5", sst: "4.17.1" });
  expect(tools.versions.node).toMatch(/^24\./);
  for (const file of [tools.packer, tools.python, join(tools.aws, "aws")]) expect(existsSync(file)).toBe(true);
  expect(readdirSync(tools.aws)).toEqual(["aws"]);
  expect((process.env.PATH ?? "").split(delimiter)).not.toContain(tools.aws);
});
