import { createHash } from "node:crypto";

/** Windows and what is installed in it: with the files, what an image holds. */
export type Installation = {
  windows: Windows;
  build: string;
  /** What the build becomes by the next restart, when updates wait for it. */
  buildAfterRestart: string | null;
  updates: string[];
  /** Versions by program; nothing of Kubernetes in a base that is not made for EKS. */
  tools: Partial<Record<Tool, string>>;
  containerd: Containerd | null;
  containerImages: ContainerImage[];
  /** WinRM over HTTPS: listener, certificate, firewall rule. */
  communicator: boolean;
  /** Sealed by sysprep: the next start sets up a new machine, with a new password, and runs the user data. */
  generalized: boolean;
};

export type Tool = (typeof TOOLS)[number];
export type Containerd = {
  version: string;
  sandboxImage: string;
  /** Whether config.toml is the recipe's, and which registries have mirrors there. */
  configured: boolean;
  mirrors: string[];
};
export type ContainerImage = { name: string; digest: string; pinned: boolean };
type Windows = keyof typeof BUILDS;

export const TOOLS = ["kubelet", "kube-proxy"] as const;

/** The one update that there is, for every Windows. */
export const UPDATE = { article: "KB5099999", title: "2026-11 Cumulative Update for Windows Server (KB5099999)" };

/** Before and after that update. */
export const BUILDS = {
  2019: { base: "17763.6414", updated: "17763.8027" },
  2022: { base: "20348.2849", updated: "20348.4405" },
  2025: { base: "26100.4349", updated: "26100.7171" },
};

/** AWS's EKS images come weeks after a patch of Kubernetes: below every patch that the stack's upstream releases. */
const BASE_PATCH = 5;

const PAUSE = "602401143452.dkr.ecr.us-west-2.amazonaws.com/eks/pause:3.10-windows";

const collator = new Intl.Collator("en", { numeric: true });

/** What AWS's public image of this name brings: `Windows_Server-2022-English-Core-EKS_Optimized-1.35-2026.10.09`. */
export function baseInstallation(imageName: string): Installation {
  const windows = Number(/^Windows_Server-(\d{4})-/.exec(imageName)?.[1]);
  const minor = /-EKS_Optimized-(\d+\.\d+)/.exec(imageName)?.[1];
  const known = windows === 2019 || windows === 2025 ? windows : 2022;
  const version = `${minor}.${BASE_PATCH}`;
  return {
    windows: known,
    build: BUILDS[known].base,
    buildAfterRestart: null,
    updates: [],
    tools: minor ? { kubelet: version, "kube-proxy": version } : {},
    containerd: minor ? { version: "2.1.4", sandboxImage: PAUSE, configured: false, mirrors: [] } : null,
    containerImages: minor ? [pulledContainerImage(PAUSE)] : [],
    communicator: false,
    generalized: true,
  };
}

export function pulledContainerImage(name: string): ContainerImage {
  return { name, digest: `sha256:${digestOf(name)}`, pinned: true };
}

/** @throws Error when it is not there */
export function containerImageNamed({ containerImages }: Installation, reference: string): ContainerImage {
  const image = containerImages.find(({ name }) => name === reference);
  if (!image) throw new Error(`containerd does not have ${reference}.`);
  return image;
}

/** Of two versions such as 1.35.10 and 1.35.9, whether the first is not older. */
export function isAtLeast(version: string, other: string): boolean {
  return collator.compare(version, other) >= 0;
}

export function minorOf(version: string): string {
  return version.split(".").slice(0, 2).join(".");
}

export function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
