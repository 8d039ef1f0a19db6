import { readFileSync } from "node:fs";
import type { Containerd } from "./containerd.ts";
import { guestPath } from "./paths.ts";
import type { ProgramName, Programs } from "./programs.ts";
import type { MachineState } from "./state.ts";

export const eksDirectory = "C:\\Program Files\\Amazon\\EKS";
const containerdDirectory = "C:\\Program Files\\containerd";
const awsCliVersion = "2.31.0";
/** Stands for the versions of AWS's own programs, which it publishes nowhere. */
const eksVersion = "0.0.1";

/** The services, tasks and event log of AWS's EKS image. */
export const eksState: Pick<MachineState, "services" | "tasks" | "eventLogs"> = {
  services: {
    containerd: service("containerd", `"${containerdDirectory}\\containerd.exe" --run-service`, "Auto"),
    "csi-proxy": service(
      "csi-proxy",
      `"${eksDirectory}\\bin\\csi-proxy.exe" -windows-service -log_file="C:\\etc\\kubernetes\\logs\\csi-proxy.log"`,
      "Auto",
    ),
  },
  tasks: {
    "\\EKS Windows startup task": task(`-f "${eksDirectory}\\EKS-StartupTask.ps1"`),
    "\\EKS Windows cleanup and startup task": task(`-f "${eksDirectory}\\EKS-StartupTask.ps1" -Restart`),
  },
  eventLogs: { EKS: { maxBytes: 209_715_200, sources: ["EKS", "kubelet", "kube-proxy"], records: 0 } },
};

/** The files of AWS's EKS image, by path. */
export function eksFiles(
  { kubernetes }: { kubernetes: string },
  { version, containerd, ctr }: Containerd,
  programs: Programs,
): Record<string, Buffer | string> {
  const own = (name: ProgramName) => programs.content({ name, version: eksVersion });
  const shim = "containerd-shim-runhcs-v1";
  return {
    [`${eksDirectory}\\Start-EKSBootstrap.ps1`]: "# Stands for AWS's script that makes a node of a machine.\n",
    [`${eksDirectory}\\EKS-StartupTask.ps1`]: "# Stands for AWS's script that starts a node.\n",
    [`${eksDirectory}\\EKS-WindowsServiceHost.exe`]: own("eks-windowsservicehost"),
    [`${eksDirectory}\\aws-iam-authenticator.exe`]: own("aws-iam-authenticator"),
    [`${eksDirectory}\\bin\\aws-vpc-cni-k8s-connector.exe`]: own("aws-vpc-cni-k8s-connector"),
    [`${eksDirectory}\\bin\\csi-proxy.exe`]: own("csi-proxy"),
    [`${eksDirectory}\\cni\\vpc-bridge.exe`]: own("vpc-bridge"),
    [`${eksDirectory}\\credential-providers\\ecr-credential-provider.exe`]: own("ecr-credential-provider"),
    [`${eksDirectory}\\credential-providers\\CredentialProviderConfig.json`]: JSON.stringify({
      kind: "CredentialProviderConfig",
    }),
    "C:\\Program Files\\kubernetes\\kubelet.exe": programs.content({ name: "kubelet", version: kubernetes }),
    "C:\\Program Files\\kubernetes\\kube-proxy.exe": programs.content({ name: "kube-proxy", version: kubernetes }),
    "C:\\Program Files\\Amazon\\AWSCLIV2\\aws.exe": programs.content({ name: "aws", version: awsCliVersion }),
    [`${containerdDirectory}\\containerd.exe`]: readFileSync(containerd),
    [`${containerdDirectory}\\ctr.exe`]: programs.content({ name: "ctr", version, real: guestPath(ctr) }),
    [`${containerdDirectory}\\${shim}.exe`]: programs.content({ name: shim, version }),
    [`${containerdDirectory}\\config.toml`]: configuration(version),
  };
}

/** What a node of EKS needs of containerd, in the form of the major version. */
function configuration(version: string): string {
  const cni = `'${eksDirectory}\\cni'`;
  const pause = "'amazonaws.com/eks/pause-windows:latest'";
  const configurations = "'C:\\ProgramData\\Amazon\\EKS\\cni\\config'";
  const directories = `root = 'C:\\ProgramData\\containerd\\root'\nstate = 'C:\\ProgramData\\containerd\\state'\n`;
  if (version.startsWith("1."))
    return `version = 2
${directories}
[plugins.'io.containerd.grpc.v1.cri']
  sandbox_image = ${pause}
[plugins.'io.containerd.grpc.v1.cri'.cni]
  bin_dir = ${cni}
  conf_dir = ${configurations}
`;
  return `version = 3
${directories}
[plugins.'io.containerd.cri.v1.images'.pinned_images]
  sandbox = ${pause}
[plugins.'io.containerd.cri.v1.runtime'.cni]
  bin_dirs = [${cni}]
  conf_dir = ${configurations}
`;
}

function service(
  displayName: string,
  binaryPath: string,
  startMode: "Auto" | "Manual",
): MachineState["services"][string] {
  return { displayName, binaryPath, startMode, status: "Stopped" };
}

function task(parameters: string): MachineState["tasks"][string] {
  const xml = `<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo><Date>2026-10-09T00:00:00</Date><Author>AWS</Author></RegistrationInfo>
  <Triggers><BootTrigger><Enabled>true</Enabled></BootTrigger></Triggers>
  <Principals><Principal id="Author"><UserId>S-1-5-18</UserId><RunLevel>HighestAvailable</RunLevel></Principal></Principals>
  <Settings><Enabled>false</Enabled></Settings>
  <Actions Context="Author"><Exec><Command>powershell.exe</Command><Arguments>${parameters.replaceAll('"', "&quot;")}</Arguments></Exec></Actions>
</Task>`;
  return { xml, state: "Disabled" };
}
