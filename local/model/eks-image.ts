import { CONTAINERD_PROGRAMS, PROGRAMS, program } from "./programs.ts";

export const EKS = "C:\\Program Files\\Amazon\\EKS";

/** AWS's EKS images come weeks after a patch of Kubernetes: below every patch that the stack's upstream releases. */
const BASE_PATCH = 5;
const CONTAINERD = "2.1.4";
const AWS_CLI = "2.31.0";

export const PAUSE = "amazonaws.com/eks/pause-windows:latest";

export const STARTUP_TASK = "EKS Windows startup task";

export const SETUP = {
  csiProxy: `"${EKS}\\bin\\csi-proxy.exe" -windows-service -log_file="C:\\etc\\kubernetes\\logs\\csi-proxy.log"`,
  tasks: {
    "EKS Windows cleanup and startup task": `<Task><Actions>-f "${EKS}\\EKS-StartupTask.ps1" -Restart</Actions></Task>`,
    [STARTUP_TASK]: `<Task><Actions>-f "${EKS}\\EKS-StartupTask.ps1"</Actions></Task>`,
  },
};

/** What AWS publishes nowhere else, below its own directory. */
const CLOSED = [
  "Start-EKSBootstrap.ps1",
  "EKS-StartupTask.ps1",
  "EKS-WindowsServiceHost.exe",
  "aws-iam-authenticator.exe",
  "bin\\aws-vpc-cni-k8s-connector.exe",
  "bin\\csi-proxy.exe",
  "cni\\vpc-bridge.exe",
  "credential-providers\\ecr-credential-provider.exe",
  "credential-providers\\CredentialProviderConfig.json",
];

/** The files of AWS's EKS image. Every release of it has its own. */
export function eksFiles(minor: string, date: string): Record<string, string> {
  const closed = CLOSED.map((name) => [`${EKS}\\${name}`, `${name} v0.0.1 of ${minor}-${date}`]);
  return {
    ...Object.fromEntries(closed),
    [PROGRAMS.kubelet]: program("kubelet", `${minor}.${BASE_PATCH}`),
    [PROGRAMS["kube-proxy"]]: program("kube-proxy", `${minor}.${BASE_PATCH}`),
    ...Object.fromEntries(CONTAINERD_PROGRAMS.map((path) => [path, program("containerd", CONTAINERD)])),
    [PROGRAMS.aws]: program("aws-cli", AWS_CLI),
  };
}
