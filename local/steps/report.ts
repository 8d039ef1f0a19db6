import { hash } from "node:crypto";
import { fullPath } from "../model/files.ts";
import type { ContainerImage } from "../model/installation.ts";
import { programPaths, versionOf } from "../model/programs.ts";
import { binariesOf } from "./binaries.ts";
import { wantedEksState } from "./eks-state.ts";
import { type StepContext, saved, setting, workPath } from "./step-context.ts";
import type { StepResponse } from "./step-response.ts";

/** The copy of the report that stays in the image. */
export const reportPath = "C:/ProgramData/eks-windows-images/report.json";

type Base = { osBuild: string; installedUpdates: string[] };
type Tests = { passed: number; failed: number; tests: { name: string }[] };

/** 80-report: writes the report of the image. */
export function report(context: StepContext): Partial<StepResponse> {
  const { machine } = context;
  const { build, updates } = machine.installation;
  const base = saved<Base>(context, "base");
  const { passed, failed, tests } = saved<Tests>(context, "tests");
  const containerImages = saved<ContainerImage[]>(context, "images");
  const kubelet = versionOf(machine.files, programPaths.kubelet);
  const document = JSON.stringify({
    recipe: setting(context, "RECIPE_KIND"),
    windows: setting(context, "WINDOWS"),
    edition: setting(context, "EDITION"),
    baseReleased: setting(context, "BASE_RELEASED"),
    patchTuesday: setting(context, "PATCH_TUESDAY"),
    baseOsBuild: base.osBuild,
    osBuild: build,
    kubernetes: { kubelet, kubeProxy: versionOf(machine.files, programPaths["kube-proxy"]) },
    containerd: versionOf(machine.files, programPaths.containerd),
    eks: wantedEksState(context),
    installedUpdates: updates,
    addedUpdates: updates.filter((article) => !base.installedUpdates.includes(article)),
    updates: savedListOrEmpty(context, "updates"),
    updatesLeftOut: savedListOrEmpty(context, "updates-left-out"),
    binaries: binaries(context),
    containerImages,
    customSteps: saved<object[]>(context, "custom"),
    tests: { passed, failed, names: tests.map(({ name }) => name) },
  });
  return {
    stdout: `Windows build ${build}, Kubernetes ${kubelet}, ${containerImages.length} container images.\r\n`,
    files: { [workPath(context, "output/report.json")]: document, [reportPath]: document },
  };
}

/** The binaries with the SHA-256 that they have now, not the one at the time a step installed them. */
function binaries(context: StepContext): object[] {
  return binariesOf(context)
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
    .map(({ path, version, from }) => {
      const content = context.machine.files.read(path);
      if (!content) throw new Error(`Cannot find path '${fullPath(path)}' because it does not exist.`);
      return { path: fullPath(path), version, sha256: hash("sha256", content), from };
    });
}

/** An empty list if the step that saves it did not run. */
function savedListOrEmpty(context: StepContext, name: string): object[] {
  return context.machine.files.read(workPath(context, `output/${name}.json`)) ? saved(context, name) : [];
}
