import type { Response } from "../model/behaviour.ts";
import { pulledContainerImage } from "../model/disk.ts";
import { type Containerd, containerImageNamed } from "../model/installation.ts";
import { CONTAINERD_PROGRAMS, PROGRAMS, program, UNCONFIGURED, versionOf } from "../model/programs.ts";
import { artifact, fetchVerified } from "./artifacts.ts";
import { withBinaries } from "./binaries.ts";
import { list, map, type Situation, setting, workPath } from "./situation.ts";

/** There after the restart that follows. */
export function containersFeature({ machine }: Situation): Partial<Response> {
  if (machine.installation.containersFeature === "there") return { stdout: "The Containers feature is there.\r\n" };
  return {
    stdout: "The Containers feature wants a restart.\r\n",
    changes: { containersFeature: "after restart" },
  };
}

export async function containerdInstall(situation: Situation): Promise<Partial<Response>> {
  const { installation } = situation.machine;
  const wanted = artifact(situation, "containerd");
  await fetchVerified(situation, wanted.url ?? "", wanted);
  const registered = installation.containerd ?? UNCONFIGURED;
  if (registered.program !== PROGRAMS.containerd)
    throw new Error(`The base has a service containerd that runs ${registered.program}.`);
  return {
    stdout: `containerd ${wanted.version} is installed.\r\n`,
    files: {
      ...withBinaries(
        situation,
        CONTAINERD_PROGRAMS.map((path) => ({ path, version: wanted.version, from: "download" })),
      ),
      ...Object.fromEntries(CONTAINERD_PROGRAMS.map((path) => [path, program("containerd", wanted.version)])),
    },
    changes: { containerd: { ...registered, startType: "Automatic" } },
  };
}

/** On layer AWS's pause image stays; on assemble it is the one of versions.json. */
export function containerd(situation: Situation): Partial<Response> {
  const { installation } = situation.machine;
  const version = versionOf(situation.machine, PROGRAMS.containerd);
  if (!installation.containerd) throw new Error("Cannot find any service with service name 'containerd'.");
  if (installation.containersFeature !== "there")
    throw new Error("containerd does not start: the Containers feature is not there.");
  const layer = setting(situation, "RECIPE_KIND") === "layer";
  const sandboxImage = layer ? installation.containerd.sandboxImage : artifact(situation, "pause").reference;
  if (!sandboxImage) throw new Error("The base's config.toml states no SandboxImage.");
  if (installation.criTrouble) throw new Error(`containerd would not answer kubelet: ${installation.criTrouble}.`);
  const configuration: Containerd = {
    ...installation.containerd,
    sandboxImage,
    configured: true,
    mirrors: Object.keys(map(situation, "REGISTRY_MIRRORS")),
  };
  return {
    stdout: "containerd runs with the new configuration.\r\n",
    files: layer ? withBinaries(situation, [{ path: PROGRAMS.containerd, version, from: "base" }]) : {},
    changes: { containerd: configuration },
  };
}

/** What is wanted, and on assemble the pause image. */
export function containerImages(situation: Situation): Partial<Response> {
  const { installation } = situation.machine;
  if (!installation.containerd?.sandboxImage) throw new Error("ctr.exe exited with 1: containerd is not configured.");
  const pulled = list(situation, "CONTAINER_IMAGES").map((reference) => pulledContainerImage(reference));
  if (setting(situation, "RECIPE_KIND") === "assemble") {
    const { reference, digest } = artifact(situation, "pause");
    pulled.unshift(pulledContainerImage(reference ?? "", digest ?? undefined));
  } else pulled.unshift(containerImageNamed(installation, installation.containerd.sandboxImage));
  const others = installation.containerImages.filter((image) => !pulled.some(({ name }) => name === image.name));
  return {
    stdout: pulled.map(({ name, digest }) => `${name} is ${digest}.\r\n`).join(""),
    files: { [workPath(situation, "output/images.json")]: JSON.stringify([...pulled, ...others]) },
    changes: { containerImages: [...others, ...pulled] },
  };
}
