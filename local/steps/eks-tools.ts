import { eksDirectory } from "../model/eks-image.ts";
import type { EksSetup } from "../model/installation.ts";
import { withBinaries } from "./binaries.ts";
import { eksLoss, eksSetupPath, type HarvestedSetup, wantedEksState } from "./eks-state.ts";
import { readJson, type StepContext, saved, setting } from "./step-context.ts";
import type { StepResponse } from "./step-response.ts";

/** Files of EKS without which a node cannot start. */
const neededFiles = [
  "Start-EKSBootstrap.ps1",
  "EKS-StartupTask.ps1",
  "EKS-WindowsServiceHost.exe",
  "aws-iam-authenticator.exe",
  "credential-providers\\ecr-credential-provider.exe",
  "cni\\vpc-bridge.exe",
  "bin\\aws-vpc-cni-k8s-connector.exe",
];

/**
 * 34-eks-tools: on `assemble` registers the service and tasks that the harvest describes; on `layer` checks that those
 * of the base exist.
 */
export function eksTools(context: StepContext): Partial<StepResponse> {
  const { files, installation } = context.machine;
  const layer = setting(context, "RECIPE_KIND") === "layer";
  const paths = layer ? programsOfBase(context) : neededFiles.map((name) => `${eksDirectory}\\${name}`);
  for (const path of [`${eksDirectory}\\Start-EKSBootstrap.ps1`, ...paths])
    if (!files.read(path)) throw new Error(`There is no ${path}, without which no node of EKS comes up.`);
  const eks = layer ? installation.eks : setupFrom(context);
  const lost = eksLoss({ files, installation: { ...installation, eks } }, wantedEksState(context));
  if (lost) throw new Error(`This is not as in AWS's EKS image: ${lost}.`);
  return {
    stdout: `${paths.length} files of EKS, csi-proxy and the tasks are in place, as in AWS's EKS image.\r\n`,
    files: withBinaries(
      context,
      paths.map((path) => ({ path, version: "", from: layer ? "base" : "harvest" })),
    ),
    changes: { eks },
  };
}

function programsOfBase(context: StepContext): string[] {
  return saved<{ eksFiles: string[] }>(context, "base").eksFiles.filter((path) => /\.(exe|dll|ps1|psm1)$/i.test(path));
}

function setupFrom(context: StepContext): EksSetup {
  const { csiProxy, tasks } = readJson<HarvestedSetup>(context, eksSetupPath);
  return { csiProxy: csiProxy?.commandLine ?? "", tasks };
}
