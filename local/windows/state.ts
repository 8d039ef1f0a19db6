/**
 * What the model of Windows knows about a machine beside its files, registry and variables. The model's PowerShell
 * (`model/State.psm1`) and programs change it while the machine runs: whoever writes holds `state.lock` beside it open
 * without sharing and replaces the file as a whole. A part that is missing has Windows' default.
 */
export type MachineState = {
  windows: "2019" | "2022" | "2025";
  edition: "Core" | "Full";
  /** Such as `20348.2849`. */
  osBuild: string;
  imageState: "IMAGE_STATE_COMPLETE" | "IMAGE_STATE_UNDEPLOYABLE" | "IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE";
  boots: number;
  /** The next start is the first one of an image: it sets a password and runs the user data. */
  generalized: boolean;
  password: string;
  /** How many more starts Windows wants. */
  pendingRestarts: number;
  services: Record<string, Service>;
  /** By path and name: `\EKS Windows startup task`. */
  tasks: Record<string, { xml: string; state: "Ready" | "Disabled"; lastResult?: number }>;
  /** The files of a removed feature are missing: its installation fails. */
  features: Record<string, "Installed" | "InstallPending" | "UninstallPending" | "Available" | "Removed">;
  updates: Update[];
  /** How a search ends, `times` times or always: 3 with warnings is an incomplete one. */
  search: {
    resultCode: number;
    warnings: { message: string; hresult: number }[];
    emptyUpdates: number;
    times?: number;
  };
  hotfixes: string[];
  firewallRules: Record<string, FirewallRule>;
  apps: App[];
  /** `bytesRead`: what the disks have read since Windows started; without it Windows has no such counter. */
  disk: { sizeGiB: number; freeGiB: number; bytesRead?: number };
  /** `since`: the time of the oldest record. */
  eventLogs: Record<string, { maxBytes: number; sources: string[]; records: number; since?: string }>;
  defender: { exclusionPaths: string[]; exclusionProcesses?: string[]; exclusionExtensions?: string[] };
  /** The dynamic ports; 16,384 from 49,152 on if absent. */
  tcp?: Ports;
  udp?: Ports;
  hnsNetworks: { name: string; type: string; id: string }[];
  /** WinRM's configuration as the drive WSMan: shows it; empty for that of a new Windows Server. */
  wsMan: { Listener?: Record<string, { Transport: string }>; [other: string]: unknown };
  /** By thumbprint. */
  certificates: Record<string, { subject: string; store: string; notAfter: string; keyFile: string }>;
  /** How many more times a process of this name is found, -1 for ever; or for each look 1 or 0, such as `1001`. */
  processes: Record<string, number | string>;
  /** Lines on the serial console. */
  console: string[];
  refusals: Refusal[];
  /** What becomes of a task that is registered without an error, if anything else than the task that was wanted. */
  registered?: "disabled" | "untriggered";
  /** Files that another process has open while a task runs. */
  heldFiles?: string[];
  /** How many times longer than asked for a script's pauses take by the machine's clock; 1 if absent. */
  pace?: number;
  /** In GiB; 16 if absent. */
  memoryGiB?: number;
  /** The paths of the page files of the last start. */
  pageFiles?: string[];
  /** What sysprep's answer file set, each as `pass/component/setting`. */
  answers?: string[];
  /** Command lines of dism and ngen. */
  asked?: string[];
  /** How the machine has ended: it has stopped itself, or wants to start again. */
  power?: "off" | "restart";
  /**
   * How the launch agent and sysprep end. `nothing`: sysprep changes nothing and ends with `exitCode`. `resets`:
   * how EC2Launch v2 takes a reset. `silent`: EC2Launch v1 never says that Windows is ready.
   */
  launch: {
    /** Exit code of `EC2Launch.exe status`; while it is 2, --block waits. */
    status?: number;
    /** The status with which the agent's first run on a machine ends; 0 if absent. With 1 its log says why. */
    ends?: number;
    sysprep?: "seals" | "undeployable" | "nothing" | "hangs";
    errors?: string[];
    exitCode?: number;
    resets?: "hangs";
    silent?: boolean;
  };
};

export type Ports = { dynamicPortStart: number; dynamicPorts: number };

export type Service = {
  displayName: string;
  binaryPath: string;
  startMode: "Auto" | "Manual" | "Disabled";
  status: "Running" | "Stopped";
  /** It starts, and Windows says that it has stopped. */
  falters?: boolean;
};

export type Update = {
  kb: string;
  title: string;
  /** GUIDs. */
  categories: string[];
  installed: boolean;
  /** Installed, but for the next start. */
  waits?: boolean;
  browseOnly: boolean;
  canRequestUserInput?: boolean;
  eula?: boolean;
  /** OperationResultCode of each installation, or of the first `times` ones. */
  resultCode: number;
  hresult: number;
  times?: number;
  raisesTo: string | null;
  needsRestarts: number;
  /** HRESULTs. */
  downloadFails?: number;
  agentThrows?: number;
};

export type FirewallRule = {
  displayName: string;
  direction: string;
  protocol: string;
  localPort: string;
  action: string;
  enabled: "True" | "False";
};

export type App = {
  name: string;
  packageFullName: string;
  provisioned: boolean;
  forUser: string;
  /** Provisioned in another version than the one installed for the user: sysprep refuses it all the same. */
  updatedForUser?: boolean;
  /** Cannot be removed. */
  fixed?: boolean;
  framework?: boolean;
  resource?: boolean;
  signatureKind?: string;
};

/**
 * Makes a command fail as its real counterpart would.
 * `command`: a cmdlet, a program, `SerialPort.Open`, `WSMan` (with the verb as target), or a method of the Update
 * Agent, which fails with `hresult`: `IUpdateSearcher.Search`, `IUpdateDownloader.Download`, `IUpdateInstaller.Install`.
 * `target`: only for this name. `times`: only so often.
 */
export type Refusal = {
  command: string;
  message: string;
  target?: string;
  times?: number;
  hresult?: number;
  exitCode?: number;
};
