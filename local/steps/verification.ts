import type { Response } from "../model/behaviour.ts";
import { EKS } from "../model/eks-image.ts";
import { type Containerd, containerImageNamed, isAtLeast, minorOf } from "../model/installation.ts";
import { EC2LAUNCH_V1, PROGRAMS, SHIM, TOOLS, versionOf } from "../model/programs.ts";
import { testsIn } from "./check-names.ts";
import { assertThat, type Looks, runChecks } from "./check-runs.ts";
import { EKS_TESTS } from "./eks-tests.ts";
import { type Situation, StepError, saved, setting, workPath } from "./situation.ts";

/** What the tests of packer/tests find on the machine. */
export const TESTS: Looks = {
  ...EKS_TESTS,
  "Windows: has the Containers feature": ({ machine }) => {
    const { containersFeature } = machine.installation;
    assertThat(containersFeature === "there", `The Containers feature is ${containersFeature}.`);
    return "";
  },
  "Windows: is not older than its base": (situation) => {
    const { build } = situation.machine.installation;
    const { osBuild } = saved<{ osBuild: string }>(situation, "base");
    assertThat(isAtLeast(build, osBuild), `${build} is older than ${osBuild}.`);
    return "";
  },
  "Windows: waits for no restart": ({ machine }) => {
    const { restartsWanted, containersFeature } = machine.installation;
    assertThat(restartsWanted === 0 && containersFeature !== "after restart", "Windows waits for a restart.");
    return "";
  },
  "Windows: uses its whole disk": () => "",
  "Windows: has a tenth of its disk free": () => "",
  "Windows: has a launch agent to generalize it": ({ machine }) => {
    const agents = [PROGRAMS["ec2launch-v2"], ...Object.keys(EC2LAUNCH_V1)];
    assertThat(
      agents.some((path) => machine.files.read(path)),
      "There is no launch agent.",
    );
    return "";
  },
  "Windows: takes WinRM by HTTPS and NTLM only": ({ machine }) => {
    assertThat(machine.installation.communicator, "There is no listener for HTTPS.");
    return "";
  },
  "Kubernetes: has $tool of the wanted minor, not older than $wanted": (situation, tool) => recentTool(situation, tool),
  "containerd: runs": (situation) => serviceOf(containerdOf(situation)),
  "containerd: answers kubelet": ({ machine }) => {
    assertThat(machine.installation.criTrouble === "", `containerd: ${machine.installation.criTrouble}`);
    return "";
  },
  "containerd: is started as in its base, by Windows where it is ours": (situation) => {
    const { startType } = containerdOf(situation);
    const isLayer = setting(situation, "RECIPE_KIND") === "layer";
    const { containerdStartType } = saved<{ containerdStartType: string }>(situation, "base");
    const expected = isLayer ? containerdStartType : "Automatic";
    assertThat(startType === expected, `containerd is started ${startType}, expected is ${expected}.`);
    return startType;
  },
  "containerd: is the program that was asked for its version": (situation) => {
    const { program } = containerdOf(situation);
    assertThat(program === PROGRAMS.containerd, `The service runs ${program}.`);
    return program;
  },
  "containerd: has what runs a container of Windows": ({ machine }) => {
    assertThat(machine.files.read(SHIM) !== undefined, `There is no ${SHIM}.`);
    return "";
  },
  "containerd: looks for CNI configurations where EKS writes them": (situation) => {
    assertThat(containerdOf(situation).configured, "config.toml names another directory.");
    return "";
  },
  "containerd: has the CNI plugins": ({ machine }) => {
    assertThat(machine.files.read(`${EKS}\\cni\\vpc-bridge.exe`) !== undefined, "There is no vpc-bridge.exe.");
    return "";
  },
  "containerd: holds its pause image": (situation) =>
    containerImageNamed(situation.machine.installation, containerdOf(situation).sandboxImage).digest,
  "containerd: asks the mirrors of $registry first": (situation, registry) => {
    assertThat(containerdOf(situation).mirrors.includes(registry), `There is no hosts.toml of ${registry}.`);
    return "";
  },
  "containerd: holds $reference and keeps it": ({ machine }, reference) => {
    const { pinned, digest } = containerImageNamed(machine.installation, reference);
    assertThat(pinned, `${reference} is not pinned.`);
    return digest;
  },
};

export function verify(situation: Situation): Partial<Response> {
  const tests = runChecks(testsIn(situation.packerDir), TESTS, situation);
  const bad = tests.filter(({ passed }) => !passed);
  const results = tests.map(({ name, passed, detail }) => ({
    name,
    result: passed ? "Passed" : "Failed",
    message: passed ? "" : detail,
  }));
  const passed = tests.length - bad.length;
  if (bad.length > 0) {
    const causes = bad.map(({ name, detail }) => `${name} - ${detail}`).join("; ");
    throw new StepError("test", `${bad.length} of ${tests.length} tests did not pass: ${causes}`);
  }
  return {
    stdout: `${passed} tests passed.\r\n`,
    files: {
      [workPath(situation, "output/tests.json")]: JSON.stringify({ passed, failed: bad.length, tests: results }),
    },
  };
}

function serviceOf({ sandboxImage }: Containerd): string {
  assertThat(sandboxImage !== "", "containerd is Stopped.");
  return "Running";
}

export function containerdOf({ machine }: Situation) {
  const { containerd } = machine.installation;
  if (!containerd) throw new Error("Cannot find any service with service name 'containerd'.");
  return containerd;
}

/** Of the minor that is wanted, and that patch or a later one. */
export function recentTool(situation: Situation, tool: string): string {
  const wanted = setting(situation, "KUBERNETES_VERSION");
  const known = TOOLS.find((name) => name === tool);
  if (!known) throw new Error(`The stand-in does not know where ${tool} is.`);
  const version = versionOf(situation.machine, PROGRAMS[known]);
  assertThat(
    minorOf(version) === minorOf(wanted) && isAtLeast(version, wanted),
    `${tool} is ${version}, wanted is ${wanted}.`,
  );
  return version;
}
