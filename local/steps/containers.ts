import { pulledContainerImage } from "../model/disk.ts";
import { type Containerd, containerImageNamed } from "../model/installation.ts";
import { containerdPrograms, program, programPaths, unconfiguredContainerd, versionOf } from "../model/programs.ts";
import { artifact, fetchVerified } from "./artifacts.ts";
import { withBinaries } from "./binaries.ts";
import { list, map, type StepContext, setting, workPath } from "./step-context.ts";
import type { StepResponse } from "./step-response.ts";

/** 15-containers-feature: installs the Containers feature, which works after the next restart. */
export function containersFeature({ machine }: StepContext): Partial<StepResponse> {
  if (machine.installation.containersFeature === "there") return { stdout: "The Containers feature is there.\r\n" };
  return {
    stdout: "The Containers feature wants a restart.\r\n",
    changes: { containersFeature: "after restart" },
  };
}

/** 32-containerd-install: installs containerd and its service. */
export async function containerdInstall(context: StepContext): Promise<Partial<StepResponse>> {
  const { installation } = context.machine;
  const wanted = artifact(context, "archive", "containerd");
  await fetchVerified(context, wanted.url, wanted);
  const registered = installation.containerd ?? unconfiguredContainerd;
  if (registered.program !== programPaths.containerd)
    throw new Error(`The base has a service containerd that runs ${registered.program}.`);
  return {
    stdout: `containerd ${wanted.version} is installed.\r\n`,
    files: {
      ...withBinaries(
        context,
        containerdPrograms.map((path) => ({ path, version: wanted.version, from: "download" })),
      ),
      ...Object.fromEntries(containerdPrograms.map((path) => [path, program("containerd", wanted.version)])),
    },
    changes: { containerd: { ...registered, startType: "Automatic" } },
  };
}

/**
 * 40-containerd: configures containerd. The pause image is that of the base on `layer`, that of versions.json on
 * `assemble`.
 */
export function containerd(context: StepContext): Partial<StepResponse> {
  const { installation } = context.machine;
  const version = versionOf(context.machine.files, programPaths.containerd);
  if (!installation.containerd) throw new Error("Cannot find any service with service name 'containerd'.");
  if (installation.containersFeature !== "there")
    throw new Error("containerd does not start: the Containers feature is not there.");
  const layer = setting(context, "RECIPE_KIND") === "layer";
  const sandboxImage = layer ? installation.containerd.sandboxImage : artifact(context, "image", "pause").reference;
  if (!sandboxImage) throw new Error("The base's config.toml states no SandboxImage.");
  if (installation.criTrouble) throw new Error(`containerd would not answer kubelet: ${installation.criTrouble}.`);
  const configuration: Containerd = {
    ...installation.containerd,
    sandboxImage,
    configured: true,
    mirrors: Object.keys(map(context, "REGISTRY_MIRRORS")),
  };
  return {
    stdout: "containerd runs with the new configuration.\r\n",
    files: layer ? withBinaries(context, [{ path: programPaths.containerd, version, from: "base" }]) : {},
    changes: { containerd: configuration },
  };
}

/** 50-container-images: pulls the configured images, and on `assemble` the pause image. */
export function containerImages(context: StepContext): Partial<StepResponse> {
  const { installation } = context.machine;
  if (!installation.containerd?.sandboxImage) throw new Error("ctr.exe exited with 1: containerd is not configured.");
  const pulled = list(context, "CONTAINER_IMAGES").map((reference) => pulledContainerImage(reference));
  if (setting(context, "RECIPE_KIND") === "assemble") {
    const { reference, digest } = artifact(context, "image", "pause");
    pulled.unshift(pulledContainerImage(reference, digest ?? undefined));
  } else pulled.unshift(containerImageNamed(installation, installation.containerd.sandboxImage));
  const others = installation.containerImages.filter((image) => !pulled.some(({ name }) => name === image.name));
  return {
    stdout: pulled.map(({ name, digest }) => `${name} is ${digest}.\r\n`).join(""),
    files: { [workPath(context, "output/images.json")]: JSON.stringify([...pulled, ...others]) },
    changes: { containerImages: [...others, ...pulled] },
  };
}
