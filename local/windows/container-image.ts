import { hash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { tar } from "./tar.ts";

/** The Windows builds of container images, by release of Windows Server. The revision is that of some month. */
export const containerBuilds = { 2019: "10.0.17763.8027", 2022: "10.0.20348.4405", 2025: "10.0.26100.7171" };

export type WindowsRelease = keyof typeof containerBuilds;

export type Descriptor = { mediaType: string; digest: string; size: number };

/** A container image with a build for each Windows. `blobs` are manifests, configurations and layers, by digest. */
export type ContainerImage = { index: Descriptor; blobs: Map<string, { mediaType: string; content: Buffer }> };

const types = {
  index: "application/vnd.oci.image.index.v1+json",
  manifest: "application/vnd.oci.image.manifest.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar+gzip",
};

/**
 * Makes an image in the form of Microsoft's: an index, and in each build a layer of Windows. The layers hold directories
 * only. The same name and releases give the same digests.
 */
export function containerImage(name: string, releases: readonly WindowsRelease[]): ContainerImage {
  const blobs: ContainerImage["blobs"] = new Map();

  function add(mediaType: string, content: Buffer): Descriptor {
    const digest = `sha256:${hash("sha256", content)}`;
    blobs.set(digest, { mediaType, content });
    return { mediaType, digest, size: content.length };
  }

  function addJson(mediaType: string, value: object): Descriptor {
    return add(mediaType, Buffer.from(JSON.stringify(value)));
  }

  function build(release: WindowsRelease): object {
    const osVersion = containerBuilds[release];
    const layer = tar(directories(name, osVersion));
    const config = addJson(types.config, {
      architecture: "amd64",
      os: "windows",
      "os.version": osVersion,
      created: "2026-01-01T00:00:00Z",
      config: { Cmd: ["c:\\windows\\system32\\cmd.exe"] },
      rootfs: { type: "layers", diff_ids: [`sha256:${hash("sha256", layer)}`] },
      history: [{ created: "2026-01-01T00:00:00Z", created_by: "Apply image" }],
    });
    const layers = [add(types.layer, gzipSync(layer))];
    const manifest = addJson(types.manifest, { schemaVersion: 2, mediaType: types.manifest, config, layers });
    return { ...manifest, platform: { architecture: "amd64", os: "windows", "os.version": osVersion } };
  }

  const manifests = releases.map(build);
  const index = addJson(types.index, { schemaVersion: 2, mediaType: types.index, manifests });
  return { index, blobs };
}

/** A Windows layer's own form: the file system below `Files`. The last directory makes each image's layers its own. */
function directories(name: string, osVersion: string): { path: string }[] {
  const unique = `${name}-${osVersion}`.replace(/[^\w.-]+/g, "_").slice(-60);
  return ["Files", "Files/Windows", "Files/Windows/System32", `Files/${unique}`].map((path) => ({ path: `${path}/` }));
}
