import { createHash } from "node:crypto";
import { basename } from "node:path";
import { z } from "zod";
import type { Artifact } from "../../functions/config/versions.ts";

/** A SHA-256 (64 hex digits) or a digest (`sha256:…`), and the address that published it. */
export type PublishedPin = { pin: string; source: string };

/** Milliseconds that a publisher has to answer. */
const maxAnswer = 30_000;

/**
 * Asks an artifact's publisher for its checksum or digest.
 * @throws Error with the address and its answer
 */
export async function publishedPin(artifact: Artifact): Promise<PublishedPin> {
  if (artifact.kind === "archive") return publishedChecksum(artifact);
  if (artifact.kind === "image") return registryDigest(artifact.reference);
  throw new Error("its publisher has no checksum: its signer or the base image pins it");
}

/**
 * Returns the SHA-256 of a file from its publisher's checksum file, which has one line for each of one or more files.
 * @throws Error with the address and its answer
 */
export async function publishedChecksum({
  url,
  checksumUrl,
}: {
  url: string;
  checksumUrl: string;
}): Promise<PublishedPin> {
  const text = (await (await ask(checksumUrl)).text()).trim();
  const sums = text.split(/\r?\n/).map((line) => /^([0-9a-f]{64})(?:[ *\t]+(\S+))?\s*$/i.exec(line));
  if (sums.includes(null))
    throw new Error(`${checksumUrl} contains ${JSON.stringify(text.slice(0, 80))} instead of a SHA-256`);
  const file = basename(new URL(url).pathname);
  // The only sum of a file may come without a name.
  const named = sums.map((sum) => basename(sum?.[2] ?? file));
  const sum = sums[named.indexOf(file)]?.[1];
  if (!sum) throw new Error(`${checksumUrl} contains the SHA-256 of ${named.join(", ")} instead of ${file}`);
  return { pin: sum.toLowerCase(), source: checksumUrl };
}

/** The types of an image for several platforms. Without them in the request, registries answer with one platform's. */
const indexTypes = "application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json";

async function registryDigest(reference: string): Promise<PublishedPin> {
  const [, host = "", name, tag] = /^([^/]+)\/(.+):([^:/]+)$/.exec(reference) ?? [];
  // A registry on this machine has no certificate; container engines make the same exception.
  const scheme = /^(localhost|127\.0\.0\.1)(:|$)/.test(host) ? "http" : "https";
  const url = `${scheme}://${host}/v2/${name}/manifests/${tag}`;
  const answer = await askRegistry(url);
  const digest = answer.headers.get("docker-content-digest") ?? "";
  const manifest = Buffer.from(await answer.arrayBuffer());
  if (!indexTypes.includes(answer.headers.get("content-type")?.split(";")[0] ?? "none"))
    throw new Error(`${url} is ${answer.headers.get("content-type")} instead of an image for several platforms`);
  if (digest !== `sha256:${createHash("sha256").update(manifest).digest("hex")}`)
    throw new Error(`${url} answered with the digest ${JSON.stringify(digest)}, but its manifest has another`);
  return { pin: digest, source: url };
}

const TokenAnswer = z.object({ token: z.string().min(1) });

/** Registries demand a token even of anonymous clients; the first answer says where (Docker token authentication). */
async function askRegistry(url: string): Promise<Response> {
  const first = await fetchFrom(url, { accept: indexTypes });
  if (first.status !== 401) return expectOk(url, first);
  const challenge = first.headers.get("www-authenticate") ?? "";
  const fields = Object.fromEntries(
    [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = "", value = ""]) => [key, value]),
  );
  if (!/^bearer /i.test(challenge) || !fields.realm) throw new Error(`${url} demands credentials: ${challenge}`);
  const { realm, ...query } = fields;
  const tokenUrl = `${realm}?${new URLSearchParams(query)}`;
  const { token } = TokenAnswer.parse(await (await ask(tokenUrl)).json());
  return expectOk(url, await fetchFrom(url, { accept: indexTypes, authorization: `Bearer ${token}` }));
}

async function ask(url: string): Promise<Response> {
  return expectOk(url, await fetchFrom(url));
}

function expectOk(url: string, response: Response): Response {
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response;
}

async function fetchFrom(url: string, headers: Record<string, string> = {}): Promise<Response> {
  try {
    return await fetch(url, { headers, signal: AbortSignal.timeout(maxAnswer) });
  } catch (cause) {
    const { message, cause: reason } = cause as Error & { cause?: Error };
    throw new Error(`asking ${url}: ${reason?.message ?? message}`, { cause });
  }
}
