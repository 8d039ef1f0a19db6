import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type ContainerImage, containerImage, type WindowsRelease } from "./container-image.ts";

/** A request that the registry has answered. `registry` is the one that a mirror's client really asks for. */
export type RegistryRequest = { method: string; path: string; registry: string; status: number; user: string };

export type Login = { username: string; password: string };

/** A container registry on 127.0.0.1, without TLS, that only answers. */
export type Registry = {
  /** http://127.0.0.1:PORT, for hosts.toml. */
  url: string;
  /** 127.0.0.1:PORT, as a reference begins. */
  host: string;
  requests: RegistryRequest[];
  /**
   * Adds an image with a build for each of the releases of Windows, by default all.
   * @param reference `<registry>/<name>:<tag>` or `<name>:<tag>`; which registry a client meant does not matter
   * @returns the digest of the index
   */
  publish: (reference: string, releases?: readonly WindowsRelease[]) => string;
  /** The digest of the index of a published image. @throws Error if there is none */
  digestOf: (reference: string) => string;
  /** Answers this content for a published image's layers: their digests are broken. */
  breakLayers: (reference: string) => void;
  /** Answers for the digest of an image with another tag of it, as no registry may, until it is published again. */
  mistake: (reference: string, other: string) => void;
  /** Answers every request whose path contains the text with this status, `times` times or always. */
  failWith: (failure: { path: string; status: number; times?: number }) => void;
  close: () => Promise<void>;
};

const errorCodes: Record<number, string> = { 401: "UNAUTHORIZED", 403: "DENIED", 429: "TOOMANYREQUESTS" };

/**
 * Starts a registry.
 * @param login what every request must bring (Basic, as ECR demands it); without it everybody may pull
 */
export async function startRegistry({ login }: { login?: Login } = {}): Promise<Registry> {
  const images = new Map<string, ContainerImage>();
  const mistaken = new Map<string, string>();
  const failures: { path: string; status: number; times?: number }[] = [];
  const requests: RegistryRequest[] = [];

  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://registry");
    const answer = respond(request, pathname);
    const user = credentials(request)?.username ?? "";
    const registry = searchParams.get("ns") ?? "";
    requests.push({ method: request.method ?? "", path: pathname, registry, status: answer.status, user });
    send(request, response, answer);
  });

  function respond(request: IncomingMessage, path: string): Answer {
    const given = credentials(request);
    if (login && (given?.username !== login.username || given.password !== login.password))
      return failed(401, { "WWW-Authenticate": `Basic realm="${url}",service="ecr.amazonaws.com"` });
    const failure = takeFailure(failures, path);
    if (failure) return failed(failure);
    if (path === "/v2/" || path === "/v2") return { status: 200, mediaType: "application/json", content: "{}" };
    const [, name = "", kind, key = ""] = /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/.exec(path) ?? [];
    if (!kind) return failed(404, {}, "NAME_UNKNOWN");
    const asked = mistaken.get(key) ?? key;
    const image = asked.startsWith("sha256:") ? imageWith(name, asked) : images.get(`${name}:${asked}`);
    const digest = asked.startsWith("sha256:") ? asked : (image?.index.digest ?? "");
    const blob = image?.blobs.get(digest);
    if (!blob) return failed(404, {}, kind === "manifests" ? "MANIFEST_UNKNOWN" : "BLOB_UNKNOWN");
    return { status: 200, ...blob, headers: { "Docker-Content-Digest": digest } };
  }

  function imageWith(name: string, digest: string): ContainerImage | undefined {
    return [...images].find(([key, { blobs }]) => key.startsWith(`${name}:`) && blobs.has(digest))?.[1];
  }

  function imageOf(reference: string): ContainerImage {
    const image = images.get(nameOf(reference));
    if (!image) throw new Error(`no image ${reference} is published`);
    return image;
  }

  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const url = `http://${host}`;
  return {
    url,
    host,
    requests,
    publish: (reference, releases = [2019, 2022, 2025]) => {
      const image = containerImage(nameOf(reference), releases);
      images.set(nameOf(reference), image);
      mistaken.delete(image.index.digest);
      return image.index.digest;
    },
    digestOf: (reference) => imageOf(reference).index.digest,
    breakLayers: (reference) => {
      for (const blob of imageOf(reference).blobs.values())
        if (blob.mediaType.endsWith("tar+gzip")) blob.content = Buffer.alloc(blob.content.length, "broken");
    },
    mistake: (reference, other) => void mistaken.set(imageOf(reference).index.digest, imageOf(other).index.digest),
    failWith: (failure) => void failures.push({ ...failure }),
    close: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

type Answer = { status: number; mediaType: string; content: Buffer | string; headers?: Record<string, string> };

function failed(status: number, headers: Record<string, string> = {}, code = errorCodes[status] ?? "UNKNOWN"): Answer {
  const content = JSON.stringify({ errors: [{ code, message: code.toLowerCase().replaceAll("_", " ") }] });
  return { status, mediaType: "application/json", content, headers };
}

function takeFailure(failures: { path: string; status: number; times?: number }[], path: string): number | undefined {
  const index = failures.findIndex((failure) => path.includes(failure.path));
  const failure = failures[index];
  if (!failure) return undefined;
  if (failure.times !== undefined) failure.times -= 1;
  if (failure.times === 0) failures.splice(index, 1);
  return failure.status;
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, mediaType, content, headers }: Answer,
): void {
  const length = Buffer.byteLength(content);
  response.writeHead(status, { ...headers, "Content-Type": mediaType, "Content-Length": length });
  response.end(request.method === "HEAD" ? undefined : content);
}

function credentials({ headers }: IncomingMessage): Login | undefined {
  const encoded = /^Basic (\S+)$/.exec(headers.authorization ?? "")?.[1];
  if (!encoded) return undefined;
  const [username = "", ...rest] = Buffer.from(encoded, "base64").toString("utf8").split(":");
  return { username, password: rest.join(":") };
}

/** `registry.k8s.io/pause:3.10@sha256:…` becomes `pause:3.10`. The first part is a registry if it has a dot or port. */
function nameOf(reference: string): string {
  const [first = "", ...rest] = (reference.split("@")[0] ?? "").split("/");
  return rest.length > 0 && /[.:]/.test(first) ? rest.join("/") : [first, ...rest].join("/");
}
