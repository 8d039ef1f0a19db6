import type { Kind } from "./facts.ts";

/** Things that no script makes, and why they are there nevertheless. `*` stands for any text. */
export type Brought = { kind: Kind; subjects: string[]; because: string };

export const brought: Brought[] = [
  {
    kind: "registry",
    subjects: [
      "HKLM:\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion",
      "HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Setup\\State",
    ],
    because: "Windows itself keeps its build and its state of set-up there",
  },
  {
    kind: "registry",
    subjects: [
      "HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\RebootPending",
      "HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WindowsUpdate\\Auto Update\\RebootRequired",
    ],
    because: "Windows makes them when it waits for a restart and takes them away with it",
  },
  { kind: "disk", subjects: ["C:"], because: "EC2Launch grows the system partition over the volume of source.pkr.hcl" },
  {
    kind: "file",
    subjects: [
      "C:\\Program Files\\Amazon\\EC2Launch\\EC2Launch.exe",
      "C:\\ProgramData\\Amazon\\EC2-Windows\\Launch\\*",
    ],
    because: "each of AWS's images for Windows has its launch agent: v1 on 2019, v2 later",
  },
  { kind: "file", subjects: ["C:\\Windows\\System32\\tar.exe"], because: "Windows itself, since 2019" },
  {
    kind: "file",
    subjects: ["C:\\Windows\\System32\\Sysprep\\Panther\\*", "C:\\Windows\\Panther\\unattend.xml"],
    because: "Windows' set-up",
  },
  {
    kind: "service",
    subjects: ["kubelet", "kube-proxy"],
    because: "only a base on which somebody has bootstrapped has them; what is there is stopped",
  },
  {
    kind: "task",
    subjects: ["EKS *"],
    because: "AWS's EKS image has the tasks of its bootstrap; on assemble they get the names that they have there",
  },
  {
    kind: "file",
    subjects: ["C:\\Program Files\\*\\csi-proxy.exe"],
    because: "AWS's EKS image may have it anywhere, or not at all",
  },
  {
    kind: "task",
    subjects: ["packer-*"],
    because: "Packer has one while it runs a script as SYSTEM and takes it away itself",
  },
  {
    kind: "app",
    subjects: ["of one user", "named by sysprep"],
    because: "Windows Server with a desktop brings apps, and who signs in gets more",
  },
  {
    kind: "file",
    subjects: [
      "C:\\Windows\\Temp\\packer-*",
      "C:\\Windows\\Temp\\script-*",
      "C:\\Windows\\Temp\\winrmcp-*",
      "C:\\Users\\*\\AppData\\Local\\Temp\\winrmcp-*",
    ],
    because: "Packer puts its scripts and uploads there",
  },
  {
    kind: "file",
    subjects: [
      "C:\\Users\\*\\AppData\\Roaming\\Microsoft\\Windows\\PowerShell\\PSReadLine\\*_history.txt",
      "C:\\Users\\*\\Documents\\PowerShell_transcript*",
    ],
    because: "PowerShell writes them when somebody types, or asks for it",
  },
];
