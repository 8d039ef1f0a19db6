import { containerdPrograms, program, programPaths } from "./programs.ts";

export const eksDirectory = "C:\\Program Files\\Amazon\\EKS";

/**
 * AWS publishes its EKS images weeks after Kubernetes releases a patch. This patch is lower than every patch that the
 * local stack's upstream releases.
 */
const basePatch = 5;
const containerdVersion = "2.1.4";
const awsCliVersion = "2.31.0";

export const pauseImage = "amazonaws.com/eks/pause-windows:latest";

export const startupTask = "EKS Windows startup task";

export const eksSetup = {
  csiProxy: `"${eksDirectory}\\bin\\csi-proxy.exe" -windows-service -log_file="C:\\etc\\kubernetes\\logs\\csi-proxy.log"`,
  tasks: {
    "EKS Windows cleanup and startup task": `<Task><Actions>-f "${eksDirectory}\\EKS-StartupTask.ps1" -Restart</Actions></Task>`,
    [startupTask]: `<Task><Actions>-f "${eksDirectory}\\EKS-StartupTask.ps1"</Actions></Task>`,
  },
};

/** Files below the EKS directory that AWS publishes nowhere else. */
const unpublishedFiles = [
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

/** The files of AWS's EKS image, by path. Their contents differ from release to release. */
export function eksFiles(minor: string, date: string): Record<string, string> {
  const closed = unpublishedFiles.map((name) => [`${eksDirectory}\\${name}`, `${name} v0.0.1 of ${minor}-${date}`]);
  return {
    ...Object.fromEntries(closed),
    [programPaths.kubelet]: program("kubelet", `${minor}.${basePatch}`),
    [programPaths["kube-proxy"]]: program("kube-proxy", `${minor}.${basePatch}`),
    ...Object.fromEntries(containerdPrograms.map((path) => [path, program("containerd", containerdVersion)])),
    [programPaths.aws]: program("aws-cli", awsCliVersion),
  };
}
