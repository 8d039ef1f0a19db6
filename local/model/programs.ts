import type { Disk } from "./disk.ts";
import { fullPath } from "./files.ts";
import type { Containerd } from "./installation.ts";

const FILES = "C:\\Program Files";

/** Where the programs are that a step asks for their version. A program is a file that holds its name and version. */
export const PROGRAMS = {
  kubelet: `${FILES}\\kubernetes\\kubelet.exe`,
  "kube-proxy": `${FILES}\\kubernetes\\kube-proxy.exe`,
  containerd: `${FILES}\\containerd\\containerd.exe`,
  aws: `${FILES}\\Amazon\\AWSCLIV2\\aws.exe`,
  "ec2launch-v2": `${FILES}\\Amazon\\EC2Launch\\EC2Launch.exe`,
};
const CONTAINERD = `${FILES}\\containerd`;
export const SHIM = `${CONTAINERD}\\containerd-shim-runhcs-v1.exe`;

/** All that containerd's archive has and a node needs. */
export const CONTAINERD_PROGRAMS = [PROGRAMS.containerd, `${CONTAINERD}\\ctr.exe`, SHIM];

/** As its own installer registers it. */
export const UNCONFIGURED: Containerd = {
  startType: "Automatic",
  program: PROGRAMS.containerd,
  sandboxImage: "",
  configured: false,
  mirrors: [],
};

export const TOOLS = ["kubelet", "kube-proxy"] as const;

/** The module of Windows' own. */
export const PESTER = `${FILES}\\WindowsPowerShell\\Modules\\Pester\\3.4.0\\Pester.psd1`;

/** AWS Tools for PowerShell, which AWS's images of Windows bring along. */
export const AWS_TOOLS = `${FILES}\\WindowsPowerShell\\Modules\\AWSPowerShell\\AWSPowerShell.psd1`;

const LAUNCH_V1 = "C:\\ProgramData\\Amazon\\EC2-Windows\\Launch";

/** The launch agent of Windows 2019 is scripts and a module. */
export const EC2LAUNCH_V1 = {
  [`${LAUNCH_V1}\\Scripts\\SysprepInstance.ps1`]: "EC2Launch v1.3.2005119",
  [`${LAUNCH_V1}\\Module\\Ec2Launch.psd1`]: "EC2Launch v1.3.2005119",
};

/** As the stack's release host of Kubernetes has its binaries. */
export function program(name: string, version: string): string {
  return `${name} v${version}`;
}

/** @throws Error as the recipe's module says it when there is no such program */
export function versionOf({ files }: Pick<Disk, "files">, path: string): string {
  const content = files.read(path)?.toString("utf8");
  if (content === undefined) throw new Error(`There is no program ${fullPath(path)}.`);
  const version = /\bv(\d+\.\d+\.\d+)/.exec(content)?.[1];
  if (!version) throw new Error(`${fullPath(path)} states no version: ${content}`);
  return version;
}
