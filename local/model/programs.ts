import { type Files, fullPath } from "./files.ts";
import type { Containerd } from "./installation.ts";

const programFiles = "C:\\Program Files";

/**
 * Paths of the programs whose version a step reads. In this model a program is a file that contains its name and
 * version.
 */
export const programPaths = {
  kubelet: `${programFiles}\\kubernetes\\kubelet.exe`,
  "kube-proxy": `${programFiles}\\kubernetes\\kube-proxy.exe`,
  containerd: `${programFiles}\\containerd\\containerd.exe`,
  aws: `${programFiles}\\Amazon\\AWSCLIV2\\aws.exe`,
  "ec2launch-v2": `${programFiles}\\Amazon\\EC2Launch\\EC2Launch.exe`,
};
const containerdDirectory = `${programFiles}\\containerd`;
export const containerdShim = `${containerdDirectory}\\containerd-shim-runhcs-v1.exe`;

/** The programs in containerd's archive that a node needs. */
export const containerdPrograms = [programPaths.containerd, `${containerdDirectory}\\ctr.exe`, containerdShim];

/** The service as containerd's own installer registers it. */
export const unconfiguredContainerd: Containerd = {
  startType: "Automatic",
  program: programPaths.containerd,
  sandboxImage: "",
  configured: false,
  mirrors: [],
};

export const kubernetesTools = ["kubelet", "kube-proxy"] as const;

/** The Pester module that Windows includes. */
export const pester3 = `${programFiles}\\WindowsPowerShell\\Modules\\Pester\\3.4.0\\Pester.psd1`;

/** AWS Tools for PowerShell, which AWS's Windows images include. */
export const awsTools = `${programFiles}\\WindowsPowerShell\\Modules\\AWSPowerShell\\AWSPowerShell.psd1`;

const launchV1Directory = "C:\\ProgramData\\Amazon\\EC2-Windows\\Launch";

/** The launch agent of Windows 2019 consists of scripts and a module. */
export const ec2LaunchV1 = {
  [`${launchV1Directory}\\Scripts\\SysprepInstance.ps1`]: "EC2Launch v1.3.2005119",
  [`${launchV1Directory}\\Module\\Ec2Launch.psd1`]: "EC2Launch v1.3.2005119",
};

/** The content of a program file, in the form that the local stack's Kubernetes release host also uses. */
export function program(name: string, version: string): string {
  return `${name} v${version}`;
}

/** @throws Error in the words of the recipe's module if the program does not exist or has no version */
export function versionOf(files: Files, path: string): string {
  const content = files.read(path)?.toString("utf8");
  if (content === undefined) throw new Error(`There is no program ${fullPath(path)}.`);
  const version = /\bv(\d+\.\d+\.\d+)/.exec(content)?.[1];
  if (!version) throw new Error(`${fullPath(path)} states no version: ${content}`);
  return version;
}
