import { createHash } from "node:crypto";
import type { Response } from "./behaviour.ts";
import type { Machine } from "./machine.ts";
import { BASE_BUILD, BUILD, digestOf, proofOf, stepFailing } from "./results.ts";

type Settings = Record<string, string>;

const QUIET: Response = {
  exitCode: 0,
  stdout: "",
  stderr: "",
  files: {},
  console: [],
  hang: false,
  dropConnection: false,
  stopsItself: false,
};

/** What a step does on a machine that nothing is wrong with. The machine has already counted this run. */
export function healthyResponse(step: string, machine: Machine, settings: Settings): Response {
  return { ...QUIET, stdout: `${step} is done.\r\n`, ...ours(step, machine, settings) };
}

export function healthyPower(): Response {
  return QUIET;
}

function ours(step: string, machine: Machine, settings: Settings): Partial<Response> {
  if (/sysprep$/.test(step))
    return { stdout: "This machine generalizes and stops itself in a minute.\r\n", stopsItself: true };
  if (/windows-updates$/.test(step)) return windowsUpdates(machine.runs.get(step) ?? 1);
  switch (step) {
    case "10-files":
      return files(machine, settings);
    case "25-updates-complete":
      return { stdout: `Windows build ${BASE_BUILD} has become ${BUILD}; nothing applicable is left.\r\n` };
    case "30-eks-tools":
      return {
        stdout: `kubelet is ${settings.KUBERNETES_VERSION} now.\r\nkube-proxy is ${settings.KUBERNETES_VERSION} now.\r\n`,
      };
    case "50-container-images":
      return {
        stdout: containerImages(settings)
          .map((image) => `${image.name} is ${image.digest}.\r\n`)
          .join(""),
      };
    case "70-verify":
      return verify(settings);
    case "80-report":
      return report(settings);
    case "10-checks":
      return proofOf(settings, []);
    default:
      return {};
  }
}

/** There are updates in the first round, and they want a restart. */
function windowsUpdates(round: number): Partial<Response> {
  if (round > 1) return { stdout: "Nothing applicable is left.\r\n" };
  return { exitCode: 3010, stdout: "Installing 2026-11 Cumulative Update for Windows Server (KB5099999)\r\n" };
}

/** Looks for real: what Packer uploaded must be what its template says. */
function files(machine: Machine, settings: Settings): Partial<Response> {
  const uploads: Record<string, string> = JSON.parse(settings.UPLOADS ?? "{}");
  for (const [name, sum] of Object.entries(uploads)) {
    const content = machine.files.read(`${settings.WORK_DIRECTORY}/${name}`);
    if (!content) return stepFailing("10-files", "provision", `${name} was not uploaded.`);
    if (createHash("sha256").update(content.toString("base64")).digest("hex") !== sum.toLowerCase()) {
      return stepFailing("10-files", "download", `${name} did not arrive whole.`);
    }
  }
  return { stdout: `${Object.keys(uploads).length} files arrived.\r\nThe base is Windows build ${BASE_BUILD}.\r\n` };
}

function verify(settings: Settings): Partial<Response> {
  const tests = ["Windows: is updated", "Kubernetes: states its version", "Containerd: runs"];
  const results = tests.map((name) => ({ name, result: "Passed", message: "" }));
  const document = { passed: tests.length, failed: 0, tests: results };
  return {
    stdout: `${tests.length} tests passed.\r\n`,
    files: { [`${settings.WORK_DIRECTORY}/output/tests.json`]: JSON.stringify(document) },
  };
}

function report(settings: Settings): Partial<Response> {
  const images = containerImages(settings);
  const document = JSON.stringify({
    windows: settings.WINDOWS,
    edition: settings.EDITION,
    baseOsBuild: BASE_BUILD,
    osBuild: BUILD,
    installedUpdates: ["KB5099999"],
    kubernetesVersion: settings.KUBERNETES_VERSION,
    binaries: ["kubelet", "kube-proxy"].map((tool) => ({
      path: `C:\\Program Files\\kubernetes\\${tool}.exe`,
      version: settings.KUBERNETES_VERSION,
      sha256: createHash("sha256").update(`${tool} ${settings.KUBERNETES_VERSION}`).digest("hex"),
    })),
    containerImages: images,
    customSteps: [],
    tests: { passed: 3, failed: 0 },
  });
  return {
    stdout: `Windows build ${BUILD}, Kubernetes ${settings.KUBERNETES_VERSION}, ${images.length} container images.\r\n`,
    files: {
      [`${settings.WORK_DIRECTORY}/output/report.json`]: document,
      "C:/ProgramData/eks-windows-images/report.json": document,
    },
  };
}

function containerImages(settings: Settings): { name: string; digest: string; pinned: boolean }[] {
  const references: string[] = JSON.parse(settings.CONTAINER_IMAGES ?? "[]");
  return references.map((name) => ({ name, digest: digestOf(name), pinned: true }));
}
