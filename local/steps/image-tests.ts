import { eksDirectory } from "../model/eks-image.ts";
import { type Containerd, containerImageNamed, isAtLeast, minorOf } from "../model/installation.ts";
import { containerdShim, ec2LaunchV1, kubernetesTools, programPaths, versionOf } from "../model/programs.ts";
import { testsIn } from "./check-names.ts";
import { assertThat, type ChecksByName, runChecks } from "./check-runs.ts";
import { eksTests } from "./eks-tests.ts";
import { type StepContext, StepError, saved, setting, workPath } from "./step-context.ts";
import type { StepResponse } from "./step-response.ts";

/** The tests of packer/tests, which Pester runs on the machine before it becomes an image. */
export const imageTests: ChecksByName = {
  ...eksTests,
  "Windows: has the Containers feature": ({ machine }) => {
    const { containersFeature } = machine.installation;
    assertThat(containersFeature === "there", `The Containers feature is ${containersFeature}.`);
    return "";
  },
  "Windows: is not older than its base": (context) => {
    const { build } = context.machine.installation;
    const { osBuild } = saved<{ osBuild: string }>(context, "base");
    assertThat(isAtLeast(build, osBuild), `${build} is older than ${osBuild}.`);
    return "";
  },
  "Windows: has no pending restart": ({ machine }) => {
    const { restartsWanted, containersFeature } = machine.installation;
    assertThat(restartsWanted === 0 && containersFeature !== "after restart", "Windows waits for a restart.");
    return "";
  },
  "Windows: uses its whole disk": () => "",
  "Windows: has a tenth of its disk free": () => "",
  "Windows: has a launch agent that generalizes it": ({ machine }) => {
    const agents = [programPaths["ec2launch-v2"], ...Object.keys(ec2LaunchV1)];
    assertThat(
      agents.some((path) => machine.files.read(path)),
      "There is no launch agent.",
    );
    return "";
  },
  "Windows: accepts WinRM over HTTPS with NTLM only": ({ machine }) => {
    assertThat(machine.installation.communicator, "There is no listener for HTTPS.");
    return "";
  },
  "Kubernetes: has $tool of the wanted minor, at least $wanted": (context, tool) => recentTool(context, tool),
  "containerd: runs": (context) => serviceOf(containerdOf(context)),
  "containerd: answers kubelet": ({ machine }) => {
    assertThat(machine.installation.criTrouble === "", `containerd: ${machine.installation.criTrouble}`);
    return "";
  },
  "containerd: starts as in its base, or automatically on assemble": (context) => {
    const { startType } = containerdOf(context);
    const isLayer = setting(context, "RECIPE_KIND") === "layer";
    const { containerdStartType } = saved<{ containerdStartType: string }>(context, "base");
    const expected = isLayer ? containerdStartType : "Automatic";
    assertThat(startType === expected, `containerd is started ${startType}, expected is ${expected}.`);
    return startType;
  },
  "containerd: runs the program whose version is reported": (context) => {
    const { program } = containerdOf(context);
    assertThat(program === programPaths.containerd, `The service runs ${program}.`);
    return program;
  },
  "containerd: has the shim that runs Windows containers": ({ machine }) => {
    assertThat(machine.files.read(containerdShim) !== undefined, `There is no ${containerdShim}.`);
    return "";
  },
  "containerd: reads CNI configurations from where EKS writes them": (context) => {
    assertThat(containerdOf(context).configured, "config.toml names another directory.");
    return "";
  },
  "containerd: has the CNI plugins": ({ machine }) => {
    assertThat(machine.files.read(`${eksDirectory}\\cni\\vpc-bridge.exe`) !== undefined, "There is no vpc-bridge.exe.");
    return "";
  },
  "containerd: has its pause image": (context) =>
    containerImageNamed(context.machine.installation, containerdOf(context).sandboxImage).digest,
  "containerd: asks the mirrors of $registry first": (context, registry) => {
    assertThat(containerdOf(context).mirrors.includes(registry), `There is no hosts.toml of ${registry}.`);
    return "";
  },
  "containerd: has $reference and pins it": ({ machine }, reference) => {
    const { pinned, digest } = containerImageNamed(machine.installation, reference);
    assertThat(pinned, `${reference} is not pinned.`);
    return digest;
  },
};

/** 70-verify: runs the tests. */
export function verify(context: StepContext): Partial<StepResponse> {
  const tests = runChecks(testsIn(context.packerDir), imageTests, context);
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
      [workPath(context, "output/tests.json")]: JSON.stringify({ passed, failed: bad.length, tests: results }),
    },
  };
}

function serviceOf({ sandboxImage }: Containerd): string {
  assertThat(sandboxImage !== "", "containerd is Stopped.");
  return "Running";
}

/** @throws Error in the words of PowerShell if there is no service */
export function containerdOf({ machine }: StepContext) {
  const { containerd } = machine.installation;
  if (!containerd) throw new Error("Cannot find any service with service name 'containerd'.");
  return containerd;
}

/** The version of a Kubernetes tool, which must have the wanted minor and at least the wanted patch. */
export function recentTool(context: StepContext, tool: string): string {
  const wanted = setting(context, "KUBERNETES_VERSION");
  const known = kubernetesTools.find((name) => name === tool);
  if (!known) throw new Error(`The stand-in does not know where ${tool} is.`);
  const version = versionOf(context.machine.files, programPaths[known]);
  assertThat(
    minorOf(version) === minorOf(wanted) && isAtLeast(version, wanted),
    `${tool} is ${version}, wanted is ${wanted}.`,
  );
  return version;
}
