import { createHash } from "node:crypto";
import { basename } from "node:path";
import { z } from "zod";
import type { Artifact } from "../../functions/config/versions.ts";

/** A checksum (64 hex digits) or digest (`sha256:…`), and who says so. */
export type Found = { pin: string; source: string };

/** Milliseconds a publisher has for an answer. */
const answerTimeout = 30_000;

/**
 * What the publisher says that an artifact is.
 * @throws Error saying what was asked and what came back
 */
export async function pinsFor(artifact: Artifact): Promise<Found> {
  if (artifact.kind === "archive") return publishedChecksum(artifact);
  if (artifact.kind === "image") return registryDigest(artifact.reference);
  throw new Error("nothing is to be asked: it is pinned by its signer or by the base");
}

async function publishedChecksum({ url, checksumUrl }: { url: string; checksumUrl: string }): Promise<Found> {
  const text = await (await ask(checksumUrl)).text();
  const [, sum, named] = /^([0-9a-f]{64})(?:[ *\t]+(\S+))?\s*$/i.exec(text.trim()) ?? [];
  if (!sum) throw new Error(`${checksumUrl} holds no SHA-256 but ${JSON.stringify(text.slice(0, 80))}`);
  const file = basename(new URL(url).pathname);
  if (named && basename(named) !== file)
    throw new Error(`${checksumUrl} holds the SHA-256 of ${named}, not of ${file}`);
  return { pin: sum.toLowerCase(), source: checksumUrl };
}

/** An image for several platforms; registries answer with one platform's manifest where this is not asked for. */
const indexTypes = "application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json";

async function registryDigest(reference: string): Promise<Found> {
  const [, host = "", name, tag] = /^([^/]+)\/(.+):([^:/]+)$/.exec(reference) ?? [];
  // As container engines do: a registry of this very machine has no certificate.
  const scheme = /^(localhost|127\.0\.0\.1)(:|$)/.test(host) ? "http" : "https";
  const url = `${scheme}://${host}/v2/${name}/manifests/${tag}`;
  const answer = await askRegistry(url);
  const digest = answer.headers.get("docker-content-digest") ?? "";
  const manifest = Buffer.from(await answer.arrayBuffer());
  if (!indexTypes.includes(answer.headers.get("content-type")?.split(";")[0] ?? "none"))
    throw new Error(`${url} is no image for several platforms but ${answer.headers.get("content-type")}`);
  if (digest !== `sha256:${createHash("sha256").update(manifest).digest("hex")}`)
    throw new Error(`${url} came with the digest ${JSON.stringify(digest)}, which is not that of what came`);
  return { pin: digest, source: url };
}

const TokenAnswer = z.object({ token: z.string().min(1) });

/** Registries want a token even from the unknown: their first answer says who gives it (Docker's token authentication). */
async function askRegistry(url: string): Promise<Response> {
  const first = await fetchFrom(url, { accept: indexTypes });
  if (first.status !== 401) return expectOk(url, first);
  const challenge = first.headers.get("www-authenticate") ?? "";
  const fields = Object.fromEntries(
    [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = "", value = ""]) => [key, value]),
  );
  if (!/^bearer /i.test(challenge) || !fields.realm) throw new Error(`${url} wants credentials: ${challenge}`);
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
    return await fetch(url, { headers, signal: AbortSignal.timeout(answerTimeout) });
  } catch (cause) {
    const { message, cause: reason } = cause as Error & { cause?: Error };
    throw new Error(`asking ${url}: ${reason?.message ?? message}`, { cause });
  }
}
