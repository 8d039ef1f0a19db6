import { eksDirectory } from "../model/eks-image.ts";
import type { Machine } from "../model/machine.ts";
import { readJson, type StepContext, saved, setting } from "./step-context.ts";

/** The harvest's description of the EKS image's set-up, as it lies in an assembled image. */
export const eksSetupPath = "C:\\ProgramData\\eks-windows-images\\eks.json";
const hnsDirectory = "C:\\Program Files\\Microsoft\\Hns";

/** The EKS set-up of an image besides files. Fields are empty if that part does not exist. */
export type EksState = { csiProxyService: string; csiProxyProgram: string; tasks: string[] };

/** The content of `eksSetupPath`: what an assembled image needs besides the harvested files. */
export type HarvestedSetup = {
  eks: EksState;
  csiProxy: { commandLine: string } | null;
  /** XML definitions of the scheduled tasks, by name. */
  tasks: Record<string, string>;
};

/** Paths of the files of EKS on the machine. */
export function eksFiles({ files }: Pick<Machine, "files">): string[] {
  return files.paths().filter((path) => path.startsWith(`${eksDirectory}\\`) || path.startsWith(`${hnsDirectory}\\`));
}

export function eksState({ files, installation }: Pick<Machine, "files" | "installation">): EksState {
  const { csiProxy = "", tasks = {} } = installation.eks ?? {};
  return {
    csiProxyService: csiProxy && "csiproxy",
    csiProxyProgram: files.paths().find((path) => path.endsWith("\\csi-proxy.exe")) ?? "",
    tasks: Object.keys(tasks).toSorted(),
  };
}

/**
 * The state that the image must have: on `layer` the state of its base, on `assemble` the state of the harvested EKS
 * image.
 */
export function wantedEksState(context: StepContext): EksState {
  const layer = setting(context, "RECIPE_KIND") === "layer";
  const { eks } = layer ? saved<{ eks: EksState }>(context, "base") : readJson<HarvestedSetup>(context, eksSetupPath);
  return eks;
}

/** Describes what the machine lacks of the wanted state; empty if it lacks nothing. */
export function eksLoss(machine: Pick<Machine, "files" | "installation">, wanted: EksState): string {
  const { csiProxyService, csiProxyProgram, tasks } = eksState(machine);
  return [
    ...(wanted.csiProxyService && !csiProxyService ? ["no service runs csi-proxy.exe"] : []),
    ...(wanted.csiProxyProgram && !csiProxyProgram ? [`there is no ${wanted.csiProxyProgram}`] : []),
    ...wanted.tasks.filter((task) => !tasks.includes(task)).map((task) => `there is no scheduled task ${task}`),
  ].join("; ");
}
