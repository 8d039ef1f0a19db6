import type { Files } from "./files.ts";
import type { Network } from "./network.ts";
import type { Output } from "./soap.ts";

/** The Windows of one machine: what answers behind its address. */
export type Windows = {
  /** The files on drive C:. */
  files: Files;
  /** Whether Windows has not been started since its image was generalized: it then takes its instance's password. */
  isGeneralized: () => boolean;
  /**
   * Starts Windows; its first start from a generalized image runs the user data. Resolves with whether WinRM is open.
   * @param pace how many times as long as usual the start takes, as Windows tells; nobody waits for it. Only a replay
   * knows this.
   */
  start: (why: "boot" | "restart", pace?: number) => Promise<boolean>;
  hasRegistryKey: (key: string) => Promise<boolean>;
  /** Runs a script to its end. */
  run: (call: ScriptCall) => Promise<Output>;
  /**
   * Called after each session that ran a script: runs what the script left for when nobody is connected. Resolves with
   * whether Windows has shut the machine down.
   */
  leave: () => Promise<boolean>;
  /** The machine loses its power. */
  powerOff: () => Promise<void>;
  /** The Windows of another machine, which starts from an image of this one. This one is switched off. */
  copy: (host: Host) => Promise<Windows>;
  /** Frees what the machine holds. Called once, when it is of no further use. */
  remove: () => Promise<void>;
};

/** A script that Packer runs. */
export type ScriptCall = {
  /** The script's file name without `.ps1`; `inline` if it is not one of the recipe's files. */
  step: string;
  /** The script's path on the machine. */
  path: string;
  /** The variables that Packer gives the script. */
  environment: Record<string, string>;
  /** The user of the scheduled task that runs the script; null if the Administrator runs it over WinRM. */
  elevated: string | null;
  /** The command that Packer sent: of an elevated script the one that runs its wrapper. */
  commandLine: string;
};

/** What surrounds a Windows. */
export type Host = {
  userData: string;
  /** The folder with the recipe's scripts. */
  packerDir: string;
  network: Network;
  /** Prints a line on the serial port (EC2's console output). */
  print: (line: string) => void;
  now: () => Date;
};

/** Makes the Windows of a machine that starts from AWS's public image of this name. */
export type MakeWindows = (imageName: string, host: Host) => Promise<Windows>;
