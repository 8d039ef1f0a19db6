import type { Response } from "../model/behaviour.ts";
import { fullPath } from "../model/files.ts";
import type { ContainerImage } from "../model/installation.ts";
import { sha256 } from "../model/network.ts";
import { PROGRAMS, versionOf } from "../model/programs.ts";
import { binariesOf } from "./binaries.ts";
import { wantedEksState } from "./eks-state.ts";
import { type Situation, saved, setting, workPath } from "./situation.ts";

/** The copy of the report that stays in the image. */
export const REPORT = "C:/ProgramData/eks-windows-images/report.json";

type Base = { osBuild: string; installedUpdates: string[] };
type Tests = { passed: number; failed: number; tests: { name: string }[] };

/** What the image is, as 80-report says it. */
export function report(situation: Situation): Partial<Response> {
  const { machine } = situation;
  const { build, updates } = machine.installation;
  const base = saved<Base>(situation, "base");
  const { passed, failed, tests } = saved<Tests>(situation, "tests");
  const containerImages = saved<ContainerImage[]>(situation, "images");
  const kubelet = versionOf(machine, PROGRAMS.kubelet);
  const document = JSON.stringify({
    recipe: setting(situation, "RECIPE_KIND"),
    windows: setting(situation, "WINDOWS"),
    edition: setting(situation, "EDITION"),
    baseReleased: setting(situation, "BASE_RELEASED"),
    patchTuesday: setting(situation, "PATCH_TUESDAY"),
    baseOsBuild: base.osBuild,
    osBuild: build,
    kubernetes: { kubelet, kubeProxy: versionOf(machine, PROGRAMS["kube-proxy"]) },
    containerd: versionOf(machine, PROGRAMS.containerd),
    eks: wantedEksState(situation),
    installedUpdates: updates,
    addedUpdates: updates.filter((article) => !base.installedUpdates.includes(article)),
    updates: savedOr(situation, "updates"),
    updatesLeftOut: savedOr(situation, "updates-left-out"),
    binaries: binaries(situation),
    containerImages,
    customSteps: saved<object[]>(situation, "custom"),
    tests: { passed, failed, names: tests.map(({ name }) => name) },
  });
  return {
    stdout: `Windows build ${build}, Kubernetes ${kubelet}, ${containerImages.length} container images.\r\n`,
    files: { [workPath(situation, "output/report.json")]: document, [REPORT]: document },
  };
}

/** As they are now, whatever they were when a step put them there. */
function binaries(situation: Situation): object[] {
  return binariesOf(situation)
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
    .map(({ path, version, from }) => {
      const content = situation.machine.files.read(path);
      if (!content) throw new Error(`Cannot find path '${fullPath(path)}' because it does not exist.`);
      return { path: fullPath(path), version, sha256: sha256(content), from };
    });
}

function savedOr(situation: Situation, name: string): object[] {
  return situation.machine.files.read(workPath(situation, `output/${name}.json`)) ? saved(situation, name) : [];
}
