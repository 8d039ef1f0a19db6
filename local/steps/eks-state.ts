import { EKS } from "../model/eks-image.ts";
import type { Machine } from "../model/machine.ts";
import { readJson, type Situation, saved, setting } from "./situation.ts";

/** Where a harvest's knowledge of the EKS image stands in what is made of it. */
export const SETUP = "C:\\ProgramData\\eks-windows-images\\eks.json";
const HNS = "C:\\Program Files\\Microsoft\\Hns";

/** What is there of EKS besides files: empty without. */
export type EksState = { csiProxyService: string; csiProxyProgram: string; tasks: string[] };

export function eksFiles({ files }: Pick<Machine, "files">): string[] {
  return files.paths().filter((path) => path.startsWith(`${EKS}\\`) || path.startsWith(`${HNS}\\`));
}

export function eksState({ files, installation }: Pick<Machine, "files" | "installation">): EksState {
  const { csiProxy = "", tasks = {} } = installation.eks ?? {};
  return {
    csiProxyService: csiProxy && "csiproxy",
    csiProxyProgram: files.paths().find((path) => path.endsWith("\\csi-proxy.exe")) ?? "",
    tasks: Object.keys(tasks).toSorted(),
  };
}

/** On layer its base's, on assemble that of AWS's EKS image. */
export function wantedEksState(situation: Situation): EksState {
  const layer = setting(situation, "RECIPE_KIND") === "layer";
  const { eks } = layer ? saved<{ eks: EksState }>(situation, "base") : readJson<{ eks: EksState }>(situation, SETUP);
  return eks;
}

/** What of it the machine lacks. */
export function eksLoss(machine: Machine, wanted: EksState): string {
  const { csiProxyService, csiProxyProgram, tasks } = eksState(machine);
  return [
    ...(wanted.csiProxyService && !csiProxyService ? ["no service runs csi-proxy.exe"] : []),
    ...(wanted.csiProxyProgram && !csiProxyProgram ? [`there is no ${wanted.csiProxyProgram}`] : []),
    ...wanted.tasks.filter((task) => !tasks.includes(task)).map((task) => `there is no scheduled task ${task}`),
  ].join("; ");
}
