import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { accessKeyOf, type SideCall } from "./side-calls.ts";

/** The two places that tell which Kubernetes there is, and a place for files; both on one free port of 127.0.0.1. */
export type Upstream = {
  /** Stands for the Kubernetes release host (https://dl.k8s.io). */
  url: string;
  /** Stands for EKS, which the emulator has without DescribeClusterVersions. For AWS_ENDPOINT_URL_EKS. */
  eksUrl: string;
  /** Every call of EKS, in order of arrival. */
  eksCalls(): readonly SideCall[];
  /** Below it are the files put here. */
  filesUrl: string;
  /** The release host now has this patch version ("1.35.8") as the newest of its minor. */
  setKubernetes(patchVersion: string): void;
  /** EKS now runs this patch version in its minor. */
  setEksKubernetes(patchVersion: string): void;
  /** @param path Relative, such as "packer/1.16.0/packer_1.16.0_linux_amd64.zip". */
  putFile(path: string, body: string | Uint8Array): void;
  /** While true, connections to the release host and to EKS break off without an answer. */
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
  const eksCalls: SideCall[] = [];
  let silent = false;

  const server = createServer((request, response) => {
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
    // The real host answers with a redirect to its CDN.
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

/** Every patch up to the newest can be had, as on the real host. */
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

/** `GET /cluster-versions` as the AWS SDK calls it. Dates are those of a minor that lives for a long time. */
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
  if (!minor) throw new Error(`releasing Kubernetes ${patchVersion}: a patch version such as 1.35.8 is wanted`);
  return minor;
}
