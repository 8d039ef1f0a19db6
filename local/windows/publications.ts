import { hash } from "node:crypto";
import { isNeeded, type Need, type Versions } from "../../functions/config/versions.ts";
import type { Site } from "../tools/cache.ts";
import { containerdArchive, crictlArchive, installContainerd, installCrictl } from "./containerd.ts";
import type { Programs } from "./programs.ts";
import type { Registry } from "./registry.ts";

/** What publishers offer: artifacts of versions.json and Kubernetes releases. */
export type Publications = {
  /** The content at this URL; undefined if nothing is there. */
  read: (url: string) => Promise<Buffer | undefined>;
  /** Hosts (with port) that exist. Any other name does not resolve. */
  hosts: Set<string>;
  /**
   * versions.json as a machine must get it: the artifacts that the image needs have the SHA-256 of what is published
   * here, and container images the digest in the registry. All else is as it was.
   */
  versionsFor: (need: Need, registry: Pick<Registry, "digestOf">) => Promise<Versions>;
};

export type PublicationOptions = {
  versions: Versions;
  programs: Programs;
  site: Site;
  /** Where Kubernetes releases are, such as https://dl.k8s.io. */
  kubernetesReleaseUrl: string;
};

/** How versions.json calls them. */
const archives: Record<string, (version: string, options: PublicationOptions) => Promise<Buffer>> = {
  containerd: async (version, { site, programs }) =>
    containerdArchive(await installContainerd(version, site), programs),
  crictl: async (version, { site }) => crictlArchive(await installCrictl(version, site)),
};

const kubernetesFile = /^\/v(\d+\.\d+\.\d+)\/bin\/windows\/amd64\/(kubelet|kube-proxy)\.exe(\.sha256)?$/;

export function createPublications(options: PublicationOptions): Publications {
  const { versions, programs, kubernetesReleaseUrl } = options;
  const built = new Map<string, Promise<Buffer>>();

  function archive(name: string, version: string): Promise<Buffer> {
    const key = `${name} ${version}`;
    const make = archives[name];
    if (!make) throw new Error(`the model has no archive ${name}`);
    const content = built.get(key) ?? make(version, options);
    built.set(key, content);
    return content;
  }

  async function readArtifact(url: string): Promise<Buffer | undefined> {
    for (const artifact of versions.artifacts) {
      if (artifact.kind === "signed" && artifact.url === url) return installer(artifact);
      if (artifact.kind !== "archive" || (artifact.url !== url && artifact.checksumUrl !== url)) continue;
      const content = await archive(artifact.name, artifact.version);
      return artifact.url === url ? content : sumOf(content, fileName(artifact.url));
    }
    return undefined;
  }

  function readKubernetes(path: string): Buffer | undefined {
    const [, version = "", name, sum] = kubernetesFile.exec(path) ?? [];
    if (name !== "kubelet" && name !== "kube-proxy") return undefined;
    const content = programs.content({ name, version });
    return sum ? Buffer.from(hash("sha256", content)) : content;
  }

  return {
    hosts: new Set([kubernetesReleaseUrl, ...versions.artifacts.flatMap(urlsOf)].map((url) => new URL(url).host)),
    read: async (url) =>
      url.startsWith(`${kubernetesReleaseUrl}/`)
        ? readKubernetes(url.slice(kubernetesReleaseUrl.length))
        : readArtifact(url),
    versionsFor: async (need, registry) => ({
      artifacts: await Promise.all(
        versions.artifacts.map(async (artifact) => {
          if (!isNeeded(artifact, need)) return artifact;
          const source = "the model's network";
          if (artifact.kind === "image") return { ...artifact, digest: registry.digestOf(artifact.reference), source };
          if (artifact.kind !== "archive") return artifact;
          return { ...artifact, sha256: hash("sha256", await archive(artifact.name, artifact.version)), source };
        }),
      ),
    }),
  };
}

function urlsOf(artifact: Versions["artifacts"][number]): string[] {
  if (artifact.kind === "archive") return [artifact.url, artifact.checksumUrl];
  return artifact.kind === "signed" ? [artifact.url] : [];
}

/** An installer of the model: msiexec.exe installs what its last line names, and `signer` is who signed it. */
function installer({ name, version, signer }: { name: string; version: string; signer: string }): Buffer {
  return Buffer.from(`An installer of the model\n${JSON.stringify({ name, version, signer })}`);
}

function sumOf(content: Buffer, name: string): Buffer {
  return Buffer.from(`${hash("sha256", content)}  ${name}\n`);
}

function fileName(url: string): string {
  return new URL(url).pathname.split("/").at(-1) ?? "";
}
