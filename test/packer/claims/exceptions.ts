import type { Kind } from "./facts.ts";

/** Something that a script makes and no check looks at, on purpose. */
export type Unchecked = { kind: Kind; subject: string; because: string };

export const unchecked: Unchecked[] = [
  {
    kind: "wsman",
    subject: "WSMan:\\localhost\\Service\\Auth\\Negotiate",
    because: "Packer itself comes in by it, or does not",
  },
  {
    kind: "service",
    subject: "WinRM",
    because: "Windows Server starts WinRM by itself; Packer comes in by it, or does not",
  },
  {
    kind: "file",
    subject: "C:\\Program Files\\Microsoft\\Hns",
    because: "only the bootstraps of some minors want it; 34-eks-tools asks the bootstrap and then looks",
  },
  {
    kind: "file",
    subject: "C:\\Program Files\\*\\csi-proxy.exe",
    because: "only its service knows where it is, and whether that runs has a check",
  },
];

/** Steps that look at what an earlier step did and end the build if it is not done. */
export const gates = ["scripts/25-updates-complete.ps1"];

/** Files that leave the guest as they are: Packer fetches them for the report in the bucket. */
export const fetched = /\\output\\(report|tests|proof)\.json$/i;

/** What generalizing takes away and the proof does not look for. */
export const unsought: Unchecked[] = [
  {
    kind: "file",
    subject: "C:\\Windows\\Panther\\unattend.xml",
    because: "the launch agent has a new one put there for the start of every machine",
  },
  {
    kind: "file",
    subject: "C:\\Windows\\System32\\Sysprep\\Panther\\setuperr.log",
    because: "sysprep itself writes it anew after it was taken away",
  },
  { kind: "app", subject: "named by sysprep", because: "sysprep itself refuses to generalize Windows with it" },
];

/** Paths that a script takes out of a text by a regular expression. */
export const matched: Record<string, string> = { "<program>": "C:\\Program Files\\*\\csi-proxy.exe" };

/** Paths that follow from nothing in the script which writes there, and why that is well. */
export const elsewhere: { script: string; subject: string; because: string }[] = [
  {
    script: "scripts/31-harvested-files.ps1",
    subject: "<path>",
    because: "the manifest of the harvest names it: what 10-harvest found on AWS's image goes to the same place",
  },
  {
    script: "scripts/34-eks-tools.ps1",
    subject: "<directory>",
    because: "the command line of csi-proxy's service names it, for its log",
  },
  {
    script: "scripts/34-eks-tools.ps1",
    subject: "<directories>",
    because: "the harvest names them: AWS's image has them at the same place",
  },
];

/** What the proof's user data looks at besides what the build left. */
export const passing: Unchecked[] = [
  { kind: "service", subject: "WinRM", because: "it has to run before its listeners can be looked at" },
  {
    kind: "task",
    subject: "packer-*",
    because: "Packer takes it away itself; it is only left if Packer was broken off",
  },
];

/** Directories that no script has to make: Windows' own, and one that its installer makes. */
export const givenDirectories = ["C:\\Windows\\System32", "C:\\Program Files\\Amazon\\AWSCLIV2"];
