/**
 * The tests of a script: unit tests in `test/pester/` and runs in `test/windows/`, in the order in which a mutant meets
 * them. Names without their endings.
 */
export type TestsOf = { pester: string[]; runs: string[] };

const faults = (...names: string[]) => names.map((name) => `faults/${name}`);
const whole = ["whole-layer", "whole-assembly"];

const steps: Record<string, string[]> = {
  "00-communicator": [],
  "10-files": faults("prerequisites"),
  "12-prerequisites": faults("prerequisites"),
  "15-containers-feature": faults("prerequisites"),
  "20-windows-updates": faults("updates-complete", "update-rounds"),
  "25-updates-complete": faults("updates-complete", "update-rounds"),
  "27-upkeep": faults("upkeep"),
  "30-aws-cli": faults("downloads"),
  "31-harvested-files": faults("downloads", "node-settings"),
  "32-containerd-install": faults("assembly-containerd"),
  "33-kubernetes": faults("kubernetes"),
  "34-eks-tools": faults("eks-tools-layer", "eks-tools-assemble", "node-settings"),
  "36-first-start": faults("first-start"),
  "40-containerd": faults("containerd", "assembly-containerd"),
  "50-container-images": faults("container-images", "private-images", "assembly-containerd"),
  "60-custom": faults("custom-scripts"),
  "65-page-file": faults("page-file"),
  "70-verify": faults("verification"),
  "80-report": faults("report"),
  "85-appx": faults("sysprep"),
  "90-sysprep": faults("sysprep"),
};
const generalizing = faults("generalize", "generalize-agents");
const proving = faults("proof", "proof-containers");

const modules: Record<string, TestsOf> = {
  Checks: { pester: ["NodeChecks"], runs: proving },
  Commands: { pester: ["Commands"], runs: faults("downloads", "containerd") },
  ContainerImages: { pester: ["ContainerImages", "Pulls"], runs: faults("container-images", "proof-containers") },
  Containerd: { pester: ["Containerd"], runs: faults("containerd", "assembly-containerd") },
  ContainerdChanges: { pester: ["ContainerdChanges"], runs: faults("containerd") },
  DiskUse: { pester: ["DiskUse"], runs: faults("report") },
  Downloads: { pester: ["Downloads"], runs: faults("downloads", "kubernetes") },
  Eks: { pester: ["Eks"], runs: faults("eks-tools-layer", "eks-tools-assemble", "harvest") },
  EksState: {
    pester: ["Eks", "NodeSettings"],
    runs: faults("eks-tools-layer", "eks-tools-assemble", "custom-scripts"),
  },
  EksWindowsImages: { pester: ["Module"], runs: faults("prerequisites") },
  FirstStart: { pester: [], runs: faults("first-start") },
  FirstContact: { pester: ["FirstContact"], runs: faults("containerd", "proof") },
  Harvest: { pester: [], runs: faults("harvest", "downloads") },
  LaunchAgent: { pester: ["LaunchAgent"], runs: faults("prerequisites", "proof", "proof-containers") },
  Machine: { pester: ["Machine"], runs: [...generalizing, ...faults("updates-complete", "report")] },
  NodeChecks: { pester: ["NodeChecks"], runs: proving },
  NodeSettings: { pester: ["NodeSettings"], runs: faults("node-settings", "eks-tools-assemble", "custom-scripts") },
  PageFile: { pester: [], runs: faults("page-file") },
  Pulls: { pester: ["Pulls"], runs: faults("container-images", "private-images") },
  Report: { pester: ["Commands"], runs: faults("report", "prerequisites") },
  Servicing: { pester: ["Servicing"], runs: faults("upkeep", "updates-complete") },
  StartMeasures: { pester: ["StartMeasures", "LaunchAgent"], runs: proving },
  Steps: { pester: ["Steps"], runs: faults("prerequisites", "report") },
  Toml: { pester: ["Toml"], runs: faults("containerd") },
  Traces: { pester: ["Traces"], runs: generalizing },
  UpdateOffers: { pester: ["Updates"], runs: faults("updates-complete", "update-rounds") },
  Updates: { pester: ["Updates"], runs: faults("updates-complete", "update-rounds") },
  Versions: { pester: ["Versions"], runs: faults("prerequisites", "downloads") },
};

/** By path below `packer/`. Whole builds come last: they meet what a run of one script does not show. */
const tests: Record<string, TestsOf> = {
  ...prefixed("scripts", steps),
  ...Object.fromEntries(
    Object.entries(modules).map(([name, { pester, runs }]) => [
      `modules/EksWindowsImages/${name}.${name === "EksWindowsImages" ? "psm1" : "ps1"}`,
      { pester, runs: [...runs, ...whole] },
    ]),
  ),
  ...prefixed("sysprep", { generalize: generalizing }),
  ...prefixed("harvest/scripts", { "10-harvest": faults("harvest") }),
  ...prefixed("proof/scripts", { "00-inventory": proving, "05-winrm-open": proving, "10-checks": proving }),
};

function prefixed(folder: string, scripts: Record<string, string[]>): Record<string, TestsOf> {
  return Object.fromEntries(
    Object.entries(scripts).map(([name, runs]) => [`${folder}/${name}.ps1`, { pester: [], runs: [...runs, ...whole] }]),
  );
}

/** @throws Error if nobody has said which tests a script has */
export function testsOf(path: string): TestsOf {
  const found = tests[path];
  if (!found) throw new Error(`which tests meet packer/${path}? Say it in test/windows/mutants/tests-of-scripts.ts`);
  return found;
}
