import { hash } from "node:crypto";
import { eksFiles, eksSetup, pauseImage } from "./eks-image.ts";
import { createFiles, type Files } from "./files.ts";
import { type ContainerImage, type Installation, knownWindows, monthlyUpdate, windowsBuilds } from "./installation.ts";
import { awsTools, ec2LaunchV1, pester3, program, programPaths, unconfiguredContainerd } from "./programs.ts";

/** What a machine's disk holds, and therefore what an image made from it holds. */
export type Disk = {
  installation: Installation;
  files: Files;
  /** The Administrator's password. A generalized Windows has none that can be known. */
  password: string;
};

const launchAgentVersion = "2.0.2107";
/** The version of April 2023, when AWS published the last images of the family ContainersLatest. */
const launchAgentOfContainersLatest = "2.0.1245";

/**
 * What AWS's public image of this name contains.
 * @param imageName such as `Windows_Server-2022-English-Core-EKS_Optimized-1.35-2026.10.09`
 */
export function baseDisk(imageName: string): Disk {
  const [, release, edition, minor, family, date] =
    /^Windows_Server-(\d{4})-English-(Core|Full)-(?:EKS_Optimized-(\d+\.\d+)|(ContainersLatest|Base))-?(.*)$/.exec(
      imageName,
    ) ?? [];
  const windows = knownWindows(release);
  const forEks = minor !== undefined;
  const files = createFiles();
  files.write(pester3, program("Pester", "3.4.0"));
  files.write(awsTools, program("AWSPowerShell", "4.1.900"));
  const launchAgent = family === "ContainersLatest" ? launchAgentOfContainersLatest : launchAgentVersion;
  if (windows !== 2019) files.write(programPaths["ec2launch-v2"], program("EC2Launch", launchAgent));
  else for (const [path, content] of Object.entries(ec2LaunchV1)) files.write(path, content);
  for (const [path, content] of Object.entries(forEks ? eksFiles(minor, date ?? "") : {})) files.write(path, content);
  return {
    installation: {
      windows,
      edition: edition === "Full" ? "Full" : "Core",
      build: windowsBuilds[windows].base,
      buildAfterRestart: null,
      restartsWanted: 0,
      updates: [],
      offered: [monthlyUpdate],
      containersFeature: forEks || family === "ContainersLatest" ? "there" : "absent",
      eks: forEks ? eksSetup : null,
      containerd: forEks ? { ...unconfiguredContainerd, sandboxImage: pauseImage } : null,
      criTrouble: "",
      containerImages: forEks ? [pulledContainerImage(pauseImage), ...cachedContainerImages(windows)] : [],
      apps: edition === "Full" ? ["Microsoft.Edge.GameAssist"] : [],
      updatedApps: [],
      communicator: false,
      generalized: true,
    },
    files,
    password: "",
  };
}

/** AWS's EKS images cache Microsoft's container images unpinned: kubelet may delete them. */
function cachedContainerImages(windows: number): ContainerImage[] {
  const release = windows === 2019 ? "1809" : `ltsc${windows}`;
  const name = `mcr.microsoft.com/windows/servercore:${release}`;
  return [{ ...pulledContainerImage(name), pinned: false }];
}

/** A copy as an image takes it: later changes to one do not affect the other. */
export function copyOf({ installation, files, password }: Disk): Disk {
  return { installation: structuredClone(installation), files: createFiles(files), password };
}

export function pulledContainerImage(name: string, digest = `sha256:${hash("sha256", name)}`): ContainerImage {
  return { name, digest, pinned: true };
}
