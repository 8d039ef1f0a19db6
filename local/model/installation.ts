/** Windows and what is set up in it: with the files, what an image holds. */
export type Installation = {
  windows: Windows;
  edition: "Core" | "Full";
  build: string;
  /** What the build becomes by the next restart, when updates wait for it. */
  buildAfterRestart: string | null;
  /** How many restarts Windows wants. */
  restartsWanted: number;
  updates: string[];
  /** What Windows Update has for it. */
  offered: Update[];
  /** Of containers in Windows; there only after the restart that follows its installation. */
  containersFeature: "absent" | "after restart" | "there";
  /** What of EKS is set up besides its files: the command line of csi-proxy's service if there is one, and the tasks that bring a node up. */
  eks: EksSetup | null;
  /** containerd's service and its config.toml. */
  containerd: Containerd | null;
  /** Why containerd cannot load its CRI, through which kubelet asks it; empty if it can. */
  criTrouble: string;
  containerImages: ContainerImage[];
  /** Apps that one user has for herself: with them Windows cannot be generalized. */
  apps: string[];
  /** Apps for everybody that one user has in another version: they are in the way too, and 85-appx does not tell them by their names. */
  updatedApps: string[];
  /** WinRM over HTTPS: listener, certificate, firewall rule. */
  communicator: boolean;
  /** Waits for its first start: no password yet, user data still to run. */
  generalized: boolean;
};

export type EksSetup = { csiProxy: string; tasks: Record<string, string> };

/** `raisesBuild`: it is Windows' own monthly one. */
export type Update = { article: string; title: string; raisesBuild: boolean };

export type Containerd = {
  startType: "Automatic" | "Manual";
  /** What its service runs. */
  program: string;
  /** Empty before there is a config.toml. */
  sandboxImage: string;
  /** Whether config.toml is the recipe's, and which registries have mirrors there. */
  configured: boolean;
  mirrors: string[];
};
export type ContainerImage = { name: string; digest: string; pinned: boolean };
type Windows = keyof typeof BUILDS;

/** The one update that AWS's images lack, for every Windows. */
export const UPDATE: Update = {
  article: "KB5099999",
  title: "2026-11 Cumulative Update for Windows Server (KB5099999)",
  raisesBuild: true,
};

/** Before and after that update. */
export const BUILDS = {
  2019: { base: "17763.6414", updated: "17763.8027" },
  2022: { base: "20348.2849", updated: "20348.4405" },
  2025: { base: "26100.4349", updated: "26100.7171" },
};

const collator = new Intl.Collator("en", { numeric: true });

export function knownWindows(release: string | undefined): Windows {
  const windows = Number(release);
  return windows === 2019 || windows === 2025 ? windows : 2022;
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
