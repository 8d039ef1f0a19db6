/** Windows and what is set up in it. Together with the files, this is what an image contains. */
export type Installation = {
  windows: Windows;
  edition: "Core" | "Full";
  build: string;
  /** The Windows build after the next restart; null unless an installed update needs a restart. */
  buildAfterRestart: string | null;
  /** How many restarts are still pending. */
  restartsWanted: number;
  updates: string[];
  /** What Windows Update offers, installed or not. */
  offered: Update[];
  /** The Containers feature of Windows. It works only after the restart that follows its installation. */
  containersFeature: "absent" | "after restart" | "there";
  /** The EKS set-up besides files: the service of csi-proxy and the scheduled tasks that bring a node up. */
  eks: EksSetup | null;
  /** The service of containerd and its config.toml. */
  containerd: Containerd | null;
  /** Why containerd cannot load its CRI plugin, which kubelet talks to; empty if it can. */
  criTrouble: string;
  containerImages: ContainerImage[];
  /** Apps that are installed for one user only. They prevent Sysprep from generalizing Windows. */
  apps: string[];
  /**
   * Apps that are provisioned for all users, but installed for one user in another version. They also prevent Sysprep
   * from generalizing Windows, and 85-appx cannot recognize them by name.
   */
  updatedApps: string[];
  /** WinRM over HTTPS: listener, certificate, firewall rule. */
  communicator: boolean;
  /** Windows has not had its first start: it has no password, and the user data has not run. */
  generalized: boolean;
};

/** `csiProxy`: the command line of the service, empty without a service. `tasks`: XML definitions by name. */
export type EksSetup = { csiProxy: string; tasks: Record<string, string> };

/** `raisesBuild`: the update is the monthly one of Windows itself, which raises the Windows build. */
export type Update = { article: string; title: string; raisesBuild: boolean };

export type Containerd = {
  startType: "Automatic" | "Manual";
  /** The path of the program that the service runs. */
  program: string;
  /** Empty while config.toml does not exist. */
  sandboxImage: string;
  /** Whether config.toml is the one that the recipe writes. */
  configured: boolean;
  /** Registries for which the recipe has configured mirrors. */
  mirrors: string[];
};
export type ContainerImage = { name: string; digest: string; pinned: boolean };
type Windows = keyof typeof windowsBuilds;

/** The one update that AWS's images lack, the same for every release of Windows. */
export const monthlyUpdate: Update = {
  article: "KB5099999",
  title: "2026-11 Cumulative Update for Windows Server (KB5099999)",
  raisesBuild: true,
};

/** The Windows build before and after that update. */
export const windowsBuilds = {
  2019: { base: "17763.6414", updated: "17763.8027" },
  2022: { base: "20348.2849", updated: "20348.4405" },
  2025: { base: "26100.4349", updated: "26100.7171" },
};

const collator = new Intl.Collator("en", { numeric: true });

export function knownWindows(release: string | undefined): Windows {
  const windows = Number(release);
  return windows === 2019 || windows === 2025 ? windows : 2022;
}

/** @throws Error if containerd does not have the image */
export function containerImageNamed({ containerImages }: Installation, reference: string): ContainerImage {
  const image = containerImages.find(({ name }) => name === reference);
  if (!image) throw new Error(`containerd does not have ${reference}.`);
  return image;
}

/** Whether `version` is the same as `other` or newer: 1.35.10 is newer than 1.35.9. */
export function isAtLeast(version: string, other: string): boolean {
  return collator.compare(version, other) >= 0;
}

export function minorOf(version: string): string {
  return version.split(".").slice(0, 2).join(".");
}
