import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { accessKeyOf, type UnemulatedCall } from "./unemulated-calls.ts";

/** The two sources of Kubernetes versions and a host for files, on one free port of 127.0.0.1. */
export type Upstream = {
  /** Emulates the Kubernetes release host (https://dl.k8s.io). */
  url: string;
  /** Emulates EKS for AWS_ENDPOINT_URL_EKS, because the AWS emulator lacks DescribeClusterVersions. */
  eksUrl: string;
  /** Every call to EKS, in order of arrival. */
  eksCalls(): readonly UnemulatedCall[];
  /** The base address of the files of {@link Upstream.putFile}. */
  filesUrl: string;
  /** Makes this patch version ("1.35.8") the newest of its minor on the release host. */
  setKubernetes(patchVersion: string): void;
  /** Lets EKS run this patch version of its minor. */
  setEksKubernetes(patchVersion: string): void;
  /** @param path relative, such as "packer/1.16.0/packer_1.16.0_linux_amd64.zip" */
  putFile(path: string, body: string | Uint8Array): void;
  /** While true, the release host and EKS close connections without an answer. */
  unanswering(silent: boolean): void;
  stop(): Promise<void>;
};

type Releases = Map<string, string>;
type Answer = { status: number; type?: string; location?: string; body?: string | Uint8Array };

const windowsBinary = /^\/(v(1\.\d+)\.(\d+))\/bin\/windows\/amd64\/(kubelet|kube-proxy)\.exe(\.sha256)?$/;
const cdn = "/kubernetes-release";

/** @param now the stack's time */
export async function startUpstream(now = () => new Date()): Promise<Upstream> {
  const upstream: Releases = new Map();
  const eks: Releases = new Map();
  const files = new Map<string, string | Uint8Array>();
  const eksCalls: UnemulatedCall[] = [];
  let silent = false;

  // Node closes a connection after five idle seconds; on a busy machine that can be just when the client sends its next
  // request.
  const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://upstream");
    if (pathname.startsWith("/files/")) return send(response, file(files, pathname.slice("/files/".length)));
    if (silent) return request.socket.destroy();
    if (pathname === "/eks/cluster-versions") {
      const asked = searchParams.getAll("clusterVersions");
      const answer = clusterVersions(eks, request, asked);
      eksCalls.push({
        time: now().toISOString(),
        service: "eks",
        operation: "DescribeClusterVersions",
        parameters: { clusterVersions: asked },
        accessKeyId: accessKeyOf(request.headers.authorization),
        tags: {},
        status: answer.status,
        error: null,
      });
      return send(response, answer);
    }
    // The real host redirects to its CDN.
    if (!pathname.startsWith(cdn)) return send(response, { status: 302, location: `${cdn}${pathname}` });
    send(response, release(upstream, pathname.slice(cdn.length)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    eksUrl: `${url}/eks`,
    eksCalls: () => eksCalls,
    filesUrl: `${url}/files`,
    setKubernetes: (patchVersion) => upstream.set(minorOf(patchVersion), patchVersion),
    setEksKubernetes: (patchVersion) => eks.set(minorOf(patchVersion), patchVersion),
    putFile: (path, body) => files.set(path, body),
    unanswering: (now) => {
      silent = now;
    },
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** Every patch up to the newest one is available, as on the real host. */
function release(releases: Releases, path: string): Answer {
  const minor = /^\/release\/stable-(1\.\d+)\.txt$/.exec(path)?.[1];
  const newest = minor && releases.get(minor);
  if (newest) return { status: 200, body: `v${newest}` };
  const [, version, binaryMinor = "", patch, program, isChecksum] = windowsBinary.exec(path) ?? [];
  const newestPatch = Number(releases.get(binaryMinor)?.split(".")[2]);
  if (!(Number(patch) <= newestPatch)) return { status: 404, body: "404 page not found" };
  const body = `${program} ${version}`;
  return { status: 200, body: isChecksum ? createHash("sha256").update(body).digest("hex") : body };
}

/** `GET /cluster-versions` as the AWS SDK calls it. The dates are those of a minor with years of support left. */
function clusterVersions(releases: Releases, request: IncomingMessage, asked: string[]): Answer {
  const type = "application/json";
  if (!request.headers.authorization?.startsWith("AWS4-HMAC-SHA256"))
    return { status: 403, type, body: JSON.stringify({ message: "Missing Authentication Token" }) };
  const versions = [...releases]
    .filter(([minor]) => asked.length === 0 || asked.includes(minor))
    .map(([clusterVersion, kubernetesPatchVersion]) => ({
      clusterVersion,
      kubernetesPatchVersion,
      clusterType: "eks",
      defaultVersion: false,
      releaseDate: Date.UTC(2026, 0, 1) / 1000,
      endOfStandardSupportDate: Date.UTC(2040, 0, 1) / 1000,
      endOfExtendedSupportDate: Date.UTC(2041, 0, 1) / 1000,
      status: "standard-support",
      versionStatus: "STANDARD_SUPPORT",
    }));
  return { status: 200, type, body: JSON.stringify({ clusterVersions: versions }) };
}

function file(files: ReadonlyMap<string, string | Uint8Array>, path: string): Answer {
  const body = files.get(decodeURIComponent(path));
  return body === undefined ? { status: 404, body: "no such file" } : { status: 200, body };
}

function send(response: ServerResponse, { status, type = "application/octet-stream", location, body = "" }: Answer) {
  response.writeHead(status, {
    "content-type": type,
    "content-length": Buffer.byteLength(body),
    ...(location && { location }),
  });
  response.end(response.req.method === "HEAD" ? undefined : body);
}

function minorOf(patchVersion: string): string {
  const minor = /^(1\.\d+)\.\d+$/.exec(patchVersion)?.[1];
  if (!minor) throw new Error(`releasing Kubernetes ${patchVersion}: expected a patch version such as 1.35.8`);
  return minor;
}
