import { eksFiles, PAUSE, SETUP } from "./eks-image.ts";
import { createFiles, type Files } from "./files.ts";
import { BUILDS, type ContainerImage, type Installation, knownWindows, UPDATE } from "./installation.ts";
import { sha256 } from "./network.ts";
import { AWS_TOOLS, EC2LAUNCH_V1, PESTER, PROGRAMS, program, UNCONFIGURED } from "./programs.ts";

/** What is on a machine's disk, and so in the image that is made of it. */
export type Disk = {
  installation: Installation;
  files: Files;
  /** The Administrator's; a generalized Windows has none that anybody knows. */
  password: string;
};

const LAUNCH_AGENT = "2.0.2107";
/** Of April 2023, when AWS made the last images of that family. */
const LAUNCH_AGENT_OF_CONTAINERS = "2.0.1245";

/** What AWS's public image of this name brings: `Windows_Server-2022-English-Core-EKS_Optimized-1.35-2026.10.09`. */
export function baseDisk(imageName: string): Disk {
  const [, release, edition, minor, family, date] =
    /^Windows_Server-(\d{4})-English-(Core|Full)-(?:EKS_Optimized-(\d+\.\d+)|(ContainersLatest|Base))-?(.*)$/.exec(
      imageName,
    ) ?? [];
  const windows = knownWindows(release);
  const forEks = minor !== undefined;
  const files = createFiles();
  files.write(PESTER, program("Pester", "3.4.0"));
  files.write(AWS_TOOLS, program("AWSPowerShell", "4.1.900"));
  const launchAgent = family === "ContainersLatest" ? LAUNCH_AGENT_OF_CONTAINERS : LAUNCH_AGENT;
  if (windows !== 2019) files.write(PROGRAMS["ec2launch-v2"], program("EC2Launch", launchAgent));
  else for (const [path, content] of Object.entries(EC2LAUNCH_V1)) files.write(path, content);
  for (const [path, content] of Object.entries(forEks ? eksFiles(minor, date ?? "") : {})) files.write(path, content);
  return {
    installation: {
      windows,
      edition: edition === "Full" ? "Full" : "Core",
      build: BUILDS[windows].base,
      buildAfterRestart: null,
      restartsWanted: 0,
      updates: [],
      offered: [UPDATE],
      containersFeature: forEks || family === "ContainersLatest" ? "there" : "absent",
      eks: forEks ? SETUP : null,
      containerd: forEks ? { ...UNCONFIGURED, sandboxImage: PAUSE } : null,
      criTrouble: "",
      containerImages: forEks ? [pulledContainerImage(PAUSE), ...cached(windows)] : [],
      apps: edition === "Full" ? ["Microsoft.Edge.GameAssist"] : [],
      updatedApps: [],
      communicator: false,
      generalized: true,
    },
    files,
    password: "",
  };
}

/** AWS's EKS images have container images of Microsoft's, which kubelet may take away again. */
function cached(windows: number): ContainerImage[] {
  const release = windows === 2019 ? "1809" : `ltsc${windows}`;
  const name = `mcr.microsoft.com/windows/servercore:${release}`;
  return [{ ...pulledContainerImage(name), pinned: false }];
}

/** As an image takes it: neither sees what becomes of the other. */
export function copyOf({ installation, files, password }: Disk): Disk {
  return { installation: structuredClone(installation), files: createFiles(files), password };
}

export function pulledContainerImage(name: string, digest = `sha256:${sha256(name)}`): ContainerImage {
  return { name, digest, pinned: true };
}
