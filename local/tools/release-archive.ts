import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { setGlobalProxyFromEnv } from "node:http";
import { unzipSync } from "fflate";
import { config } from "../../config.ts";
import { parseConfiguration } from "../../functions/config/configuration.ts";

/** HashiCorp's release host or a mirror of it, and the pinned SHA-256 of each archive by its name. */
export type ReleaseHost = { url: string; sums: Map<string, string> };

export type DownloadOptions = { signal?: AbortSignal; maxSilentSeconds?: number };

/** The host comes from config.ts, as CodeBuild's does. */
export function configuredReleaseHost(): ReleaseHost {
  return { url: parseConfiguration(config).policies.packerReleaseUrl, sums: pinnedSums() };
}

/** CodeBuild's platform is pinned in `buildspec/`, the other platforms of developers in `local/packer/`. */
export function pinnedSums(): Map<string, string> {
  const files = ["../../buildspec/packer.sha256", "../packer/packer.sha256"];
  const lines = files.flatMap((file) => readFileSync(new URL(file, import.meta.url), "utf8").split("\n"));
  return new Map(
    lines.flatMap((line) => {
      const [, sum, name] = /^([0-9a-f]{64}) {2}(\S+)$/.exec(line) ?? [];
      return sum && name ? [[name, sum]] : [];
    }),
  );
}

/** As HashiCorp names its archives. */
export function archiveName(product: string, version: string): string {
  const architecture = process.arch === "x64" ? "amd64" : process.arch;
  return `${product}_${version}_${process.platform}_${architecture}.zip`;
}

/**
 * Downloads this machine's release archive of a product and checks its SHA-256.
 * @returns the file `product` from the archive
 * @throws Error without any download if no SHA-256 is pinned for this platform
 */
export async function downloadRelease(
  { url: host, sums }: ReleaseHost,
  product: string,
  version: string,
  options: DownloadOptions = {},
): Promise<Uint8Array> {
  const name = archiveName(product, version);
  const pinned = sums.get(name);
  if (!pinned) throw new Error(`no SHA-256 is pinned for ${name}`);
  const url = `${host}/${product}/${version}/${name}`;
  const archive = await download(url, options);
  const sum = createHash("sha256").update(archive).digest("hex");
  if (sum !== pinned) throw new Error(`${url} has the SHA-256 ${sum}, but ${pinned} is pinned`);
  const file = unzipSync(archive, { filter: (entry) => entry.name === product })[product];
  if (!file) throw new Error(`${url} contains no file ${product}`);
  return file;
}

/** Downloads for as long as bytes arrive. fetch itself gives up on a host that accepts no connection in 10 seconds. */
async function download(url: string, { signal, maxSilentSeconds = 30 }: DownloadOptions): Promise<Uint8Array> {
  const silence = new AbortController();
  let silentSeconds = 0;
  // Counts ticks instead of comparing times: after this process stalls, it reads waiting bytes before the next tick.
  const ticks = setInterval(() => {
    silentSeconds += 1;
    if (silentSeconds >= maxSilentSeconds) silence.abort(new Error(`no byte arrived for ${maxSilentSeconds} seconds`));
  }, 1_000);
  const restoreProxy = setGlobalProxyFromEnv();
  try {
    const response = await fetch(url, { signal: AbortSignal.any([silence.signal, ...(signal ? [signal] : [])]) });
    if (!response.ok || !response.body) throw new Error(`HTTP ${response.status}`);
    const chunks: Uint8Array[] = [];
    for await (const chunk of response.body) {
      silentSeconds = 0;
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } catch (cause) {
    const { message, cause: reason } = cause as Error & { cause?: Error };
    throw new Error(`${url}: ${signal?.aborted ? "interrupted" : reason?.message || message}`, { cause });
  } finally {
    restoreProxy();
    clearInterval(ticks);
  }
}
