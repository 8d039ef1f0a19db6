import type { Response } from "./behaviour.ts";
import { saved } from "./documents.ts";
import type { Settings } from "./healthy.ts";
import { isAtLeast, minorOf, TOOLS } from "./installation.ts";
import type { Machine } from "./machine.ts";
import { stepFailing } from "./results.ts";

type Test = { name: string; holds: boolean };

/** The tests of packer/tests that the model of a machine can tell the outcome of, by their names there. */
export function verify(machine: Machine, settings: Settings): Partial<Response> {
  const tests = testsOf(machine, settings).map(({ name, holds }) => ({
    name,
    result: holds ? "Passed" : "Failed",
    message: holds ? "" : "It does not hold.",
  }));
  const bad = tests.filter(({ result }) => result !== "Passed");
  const passed = tests.length - bad.length;
  const files = {
    [`${settings.WORK_DIRECTORY}/output/tests.json`]: JSON.stringify({ passed, failed: bad.length, tests }),
  };
  if (bad.length === 0) return { stdout: `${passed} tests passed.\r\n`, files };
  const causes = bad.map(({ name, message }) => `${name} - ${message}`).join("; ");
  return {
    ...stepFailing("70-verify", "test", `${bad.length} of ${tests.length} tests did not pass: ${causes}`),
    files,
  };
}

function testsOf(machine: Machine, settings: Settings): Test[] {
  const { build, buildAfterRestart, containerd, containerImages, tools } = machine.installation;
  const { KUBERNETES_VERSION: wanted = "", CONTAINER_IMAGES = "[]", REGISTRY_MIRRORS = "{}" } = settings;
  const references: string[] = JSON.parse(CONTAINER_IMAGES);
  const base = saved<{ osBuild: string }>(machine, settings, "base");
  return [
    { name: "Windows: is not older than its base", holds: isAtLeast(build, base.osBuild) },
    { name: "Windows: waits for no restart", holds: buildAfterRestart === null },
    ...TOOLS.map((tool) => ({
      name: `Kubernetes: has ${tool} of the wanted minor, not older than ${wanted}`,
      holds: isRecent(tools[tool], wanted),
    })),
    { name: "containerd: runs", holds: containerd !== null },
    { name: "containerd: looks for CNI configurations where EKS writes them", holds: containerd?.configured === true },
    {
      name: "containerd: holds its pause image",
      holds: containerImages.some(({ name }) => name === containerd?.sandboxImage),
    },
    ...Object.keys(JSON.parse(REGISTRY_MIRRORS)).map((registry) => ({
      name: `containerd: asks the mirrors of ${registry} first`,
      holds: containerd?.mirrors.includes(registry) === true,
    })),
    ...references.map((reference) => ({
      name: `containerd: holds ${reference} and keeps it`,
      holds: containerImages.some(({ name, pinned }) => name === reference && pinned),
    })),
  ];
}

/** Of the minor that is wanted, and that patch or a later one. */
export function isRecent(version: string | undefined, wanted: string): boolean {
  return version !== undefined && minorOf(version) === minorOf(wanted) && isAtLeast(version, wanted);
}
