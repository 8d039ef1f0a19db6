import type { Response } from "./behaviour.ts";
import { saved } from "./documents.ts";
import type { Settings } from "./healthy.ts";
import { type ContainerImage, digestOf, TOOLS } from "./installation.ts";
import type { Machine } from "./machine.ts";

/** The copy of the report that stays in the image. */
export const REPORT = "C:/ProgramData/eks-windows-images/report.json";

export function report(machine: Machine, settings: Settings): Partial<Response> {
  const { installation } = machine;
  const { osBuild } = saved<{ osBuild: string }>(machine, settings, "base");
  const { passed, failed } = saved<{ passed: number; failed: number }>(machine, settings, "tests");
  const containerImages = saved<ContainerImage[]>(machine, settings, "images");
  const kubernetesVersion = installation.tools.kubelet;
  const programs = [
    ...TOOLS.map((tool) => ({ path: `C:\\Program Files\\kubernetes\\${tool}.exe`, version: installation.tools[tool] })),
    { path: "C:\\Program Files\\containerd\\containerd.exe", version: installation.containerd?.version },
  ];
  const document = JSON.stringify({
    windows: settings.WINDOWS,
    edition: settings.EDITION,
    baseOsBuild: osBuild,
    osBuild: installation.build,
    installedUpdates: installation.updates,
    kubernetesVersion,
    binaries: programs.map((program) => ({ ...program, sha256: digestOf(`${program.path} ${program.version}`) })),
    containerImages,
    customSteps: saved<string[]>(machine, settings, "custom"),
    tests: { passed, failed },
  });
  return {
    stdout: `Windows build ${installation.build}, Kubernetes ${kubernetesVersion}, ${containerImages.length} container images.\r\n`,
    files: { [`${settings.WORK_DIRECTORY}/output/report.json`]: document, [REPORT]: document },
  };
}
