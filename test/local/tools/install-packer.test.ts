import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { join } from "node:path";
import { strToU8, zipSync } from "fflate";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { installPacker } from "../../../local/tools/packer.ts";
import { archiveName, downloadRelease, pinnedSums, type ReleaseHost } from "../../../local/tools/release-archive.ts";
import { readToolVersions } from "../../../local/tools/tool-versions.ts";
import { openWorkshop, versions, workingPacker } from "./workshop.ts";

const name = archiveName("packer", versions.packer);
const path = `/packer/${versions.packer}/${name}`;
const archive = zip({ "LICENSE.txt": "BUSL\n", packer: workingPacker });
const servers: Server[] = [];

beforeEach(() => vi.stubEnv("no_proxy", "127.0.0.1"));
afterEach(() => {
  vi.unstubAllEnvs();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

describe("Packer from the release host", () => {
  test("is downloaded with its plugin, and each step is announced with what it takes", async () => {
    const workshop = openWorkshop();
    const host = await serve(archive);

    const packer = await installPacker(workshop.site, versions, () => host);

    expect(packer).toEqual({
      binary: join(workshop.cache, "packer-1.16.0/packer"),
      pluginPath: workshop.pluginDirectory,
      version: "1.16.0",
    });
    expect(readFileSync(packer.binary, "utf8")).toBe(workingPacker);
    expect(readFileSync(join(packer.pluginPath, "installed"), "utf8")).toBe(
      "plugins install github.com/hashicorp/amazon v1.8.2\n",
    );
    expect(workshop.lines).toEqual([
      "Downloading Packer 1.16.0 (once, about 35 MB) …",
      expect.stringMatching(/^ {2}done in \d+ s$/),
      "Downloading Packer's amazon plugin 1.8.2 (once, about 30 MB) …",
      expect.stringMatching(/^ {2}done in \d+ s$/),
    ]);
    expect(readdirSync(workshop.cache).filter((entry) => entry.startsWith("."))).toEqual([]);
  });

  test("is downloaded through the proxy that the environment names", async () => {
    const host = await serve(archive);
    const tunnels: string[] = [];
    const proxy = await serveWith((_, response) => response.writeHead(405).end());
    servers.at(-1)?.on("connect", ({ url = "" }: IncomingMessage, client: Socket) => {
      tunnels.push(url);
      const upstream = connect(Number(new URL(host.url).port), "127.0.0.1", () => {
        client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
        client.pipe(upstream).pipe(client);
      });
    });
    vi.stubEnv("http_proxy", proxy.url);
    vi.stubEnv("no_proxy", "");

    await downloadRelease({ ...host, url: "http://releases.invalid" }, "packer", versions.packer);

    expect(tunnels).toEqual(["releases.invalid:80"]);
  });

  test("is not downloaded if the PATH has it", async () => {
    const workshop = openWorkshop();
    const binary = workshop.program("packer", workingPacker);

    const packer = await installPacker(workshop.site, versions, () => expect.unreachable());

    expect(packer.binary).toBe(binary);
    expect(workshop.lines[0]).toMatch(/^Downloading Packer's amazon plugin/);
  });

  test.each<[string, () => Promise<ReleaseHost>, string]>([
    [
      "has another SHA-256",
      () => serve(archive, "0".repeat(64)),
      `has the SHA-256 ${sha256(archive)}, but ${"0".repeat(64)} is pinned`,
    ],
    ["does not exist", () => serveWith((_, response) => response.writeHead(404).end()), `${path}: HTTP 404`],
    [
      "is truncated",
      () =>
        serveWith((_, response) => {
          response.writeHead(200, { "content-length": archive.length });
          response.write(archive.subarray(0, 100), () => response.destroy());
        }),
      `${path}: `,
    ],
    [
      "ends early without an error",
      () => serveWith((_, response) => response.end(archive.subarray(0, 100))),
      `but ${sha256(archive)} is pinned`,
    ],
    [
      "is on a host that refuses connections",
      async () => ({ url: await closedAddress(), sums: pinned() }),
      "ECONNREFUSED",
    ],
    [
      "is on a host without an address",
      async () => ({ url: "http://releases.invalid", sums: pinned() }),
      "releases.invalid",
    ],
    [
      "has no pinned SHA-256",
      async () => ({ url: "http://releases.invalid", sums: new Map() }),
      `no SHA-256 is pinned for ${name}`,
    ],
    ["contains no Packer", () => serve(zip({ "LICENSE.txt": "BUSL\n" })), "contains no file packer"],
    ["is not a ZIP file", () => serve(Buffer.from("<html>Sign in</html>")), "invalid zip data"],
    [
      "contains a Packer that does not run",
      () => serve(zip({ packer: "#!/bin/sh\nexit 1\n" })),
      "the downloaded Packer does not run here",
    ],
  ])("is built from source if the archive %s, and the log says why", async (_, openHost, why) => {
    const workshop = openWorkshop();
    workshop.go(workingPacker);
    const host = await openHost();

    const { binary } = await installPacker(workshop.site, versions, () => host);

    expect(readFileSync(binary, "utf8")).toBe(workingPacker);
    expect(workshop.lines[1]).toContain(why);
    expect(workshop.lines[1]).toMatch(/^ {2}failed: .* Next: building Packer 1\.16\.0 from source with Go$/);
    expect(workshop.lines[2]).toBe("Building Packer 1.16.0 from source with Go (once, about 3 minutes on two cores) …");
  });

  test("is given up if no more bytes arrive", async () => {
    const host = await serveWith((_, response) => {
      response.writeHead(200, { "content-length": archive.length });
      response.write(archive.subarray(0, 100));
    });

    const download = downloadRelease(host, "packer", versions.packer, { maxSilentSeconds: 1 });

    await expect(download).rejects.toThrow(`${path}: no byte arrived for 1 seconds`);
  });

  test("can be interrupted, and nothing else is tried then", async () => {
    const workshop = openWorkshop();
    workshop.go(workingPacker);
    const interruption = new AbortController();
    const host = await serveWith(() => interruption.abort());

    const installation = installPacker({ ...workshop.site, signal: interruption.signal }, versions, () => host);

    await expect(installation).rejects.toThrow(`${path}: interrupted`);
    expect(workshop.lines).toHaveLength(1);
    expect(readdirSync(workshop.cache)).toEqual([]);
  });
});

describe("the amazon plugin", () => {
  test("is built from source if Packer cannot download it", async () => {
    const workshop = openWorkshop();
    workshop.program(
      "packer",
      workingPacker.replace("plugins)", "plugins) [ \"$3\" = --path ] || { echo 'no such host' >&2; exit 1; };"),
    );
    workshop.go("a plugin\n");

    const { pluginPath } = await installPacker(workshop.site, versions);

    expect(readFileSync(join(pluginPath, "installed"), "utf8")).toMatch(
      /^plugins install --path \/.*\/packer-plugin-amazon github\.com\/hashicorp\/amazon\n$/,
    );
    expect(workshop.lines[1]).toBe(
      "  failed: packer plugins install: no such host. Next: building Packer's amazon plugin 1.8.2 from source with Go",
    );
  });

  test("that can neither be downloaded nor built is an error that names the remedies", async () => {
    const workshop = openWorkshop();
    workshop.program("packer", "#!/bin/sh\n[ \"$1\" = version ] && echo 'Packer v1.16.0'\n");

    await expect(installPacker(workshop.site, versions)).rejects.toThrow(
      /^Packer's amazon plugin 1\.8\.2 cannot be installed\.[\s\S]*- let this machine reach releases\.hashicorp\.com[\s\S]*- install Go/,
    );
    expect(existsSync(workshop.pluginDirectory)).toBe(false);
  });
});

test("if no way to Packer works, the error says why each failed and names every remedy", async () => {
  const workshop = openWorkshop();
  const host = { url: await closedAddress(), sums: pinned() };

  const installation = installPacker(workshop.site, versions, () => host);

  await expect(installation).rejects.toThrow(
    new RegExp(
      [
        "^Packer 1\\.16\\.0 cannot be installed\\.",
        "- Downloading Packer 1\\.16\\.0: http:.*ECONNREFUSED.*",
        "- Building Packer 1\\.16\\.0 from source with Go: no Go on the PATH",
        "Any one of these helps:",
        "- put Packer 1\\.16\\.0 on the PATH, or its path into PACKER",
        "- let this machine reach the release host, or name a mirror in policies\\.packerReleaseUrl of config\\.ts",
        "- install Go 1\\.26 or newer, to build it from source$",
      ].join("\n"),
    ),
  );
});

test("a failed build leaves nothing in the cache that could pass for installed", async () => {
  const workshop = openWorkshop();
  workshop.program("go", "#!/bin/sh\necho 'no space left' >&2\nexit 1\n");
  const host = { url: "http://releases.invalid", sums: new Map() };

  await expect(installPacker(workshop.site, versions, () => host)).rejects.toThrow(/go build: no space left/);

  expect(readdirSync(workshop.cache)).toEqual([]);
});

test("the repository pins Packer for Linux and for Macs with Apple silicon, in the version that it builds", () => {
  const { packer } = readToolVersions();

  expect([...pinnedSums().keys()].toSorted()).toEqual(
    ["darwin_arm64", "linux_amd64", "linux_arm64"].map((platform) => `packer_${packer}_${platform}.zip`),
  );
});

function zip(files: Record<string, string>): Buffer {
  return Buffer.from(zipSync(Object.fromEntries(Object.entries(files).map(([file, text]) => [file, strToU8(text)]))));
}

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function pinned(sum = sha256(archive)): Map<string, string> {
  return new Map([[name, sum]]);
}

function serve(body: Buffer, sum = sha256(body)): Promise<ReleaseHost> {
  return serveWith(({ url }, response) => response.writeHead(url === path ? 200 : 404).end(body), sum);
}

async function serveWith(listener: RequestListener, sum?: string): Promise<ReleaseHost> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sums: pinned(sum) };
}

/** An address on which nothing listens any more. */
async function closedAddress(): Promise<string> {
  const { url } = await serve(archive);
  await new Promise((resolve) => servers.pop()?.close(resolve));
  return url;
}
