import { sortBy } from "es-toolkit";
import { defineConfig, type TestProjectConfiguration } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Tests of pure functions and of shared graphs: their files run in one worker after another without a fresh start. */
const shareWorkers = ["test/*", "test/unit/**/*", "test/reference/**/*", "test/infra/**/*", "test/buildspec/**/*"];
/** Tests of scripts in a PowerShell that one file after another uses: it is slow at first. */
const sharePowerShell = ["test/windows/**/*"];
/** Tests that set the environment of the process, replace modules, or run Packer or a browser. */
const needOwnWorkers = [
  "test/page/**/*",
  "test/rim/**/*",
  "test/cli/**/*",
  "test/fuzz/**/*",
  "test/local/**/*",
  "test/e2e/**/*",
  "test/examples/**/*",
  "test/packer/**/*",
  "test/simulation/**/*",
];

/**
 * `npm test` runs what decides; `npm run test:full` (mode `full`) runs the rest, which takes minutes:
 * - `*.full.test.ts` runs there only,
 * - `*.property.test.ts` runs in both, there at full depth (`test/depth.ts`).
 */
function project(name: string, files: readonly string[], mode: string): TestProjectConfiguration {
  const endings = mode === "full" ? [".full.test.ts", ".property.test.ts"] : [".test.ts"];
  return {
    extends: true,
    test: {
      name,
      include: files.flatMap((file) => endings.map((ending) => file + ending)),
      exclude: mode === "full" ? [] : ["**/*.full.test.ts"],
      isolate: files === needOwnWorkers,
      // Each worker warms a Windows up, and scripts never wait: more would only get in each other's way. Packer's runs
      // mostly sleep, so of theirs there may be more than cores.
      maxWorkers: files === sharePowerShell ? 3 : 4,
      sequence: { groupOrder: files === sharePowerShell ? 0 : 1 },
      // What stands in for Windows crashes now and then; then nothing is known about the scripts.
      retry: { count: 2, condition: /^Wine crashed/ },
    },
  };
}

/** The slowest files, slowest first. They start first, because a slow file that starts last runs alone at the end. */
const slowest = [
  "test/windows/whole-assembly.full.test.ts",
  "test/windows/whole-layer.full.test.ts",
  "test/simulation/mutants.full.test.ts",
  "test/simulation/many-histories.full.test.ts",
  "test/windows/real-packer.full.test.ts",
  "test/windows/faults/verification.full.test.ts",
  "test/windows/faults/proof.full.test.ts",
  "test/windows/faults/proof-containers.full.test.ts",
  "test/windows/faults/assembly-containerd.full.test.ts",
  "test/windows/faults/generalize-agents.full.test.ts",
  "test/windows/faults/downloads.full.test.ts",
  "test/e2e/rehearsal.full.test.ts",
  "test/e2e/playground.full.test.ts",
  "test/examples/install-agent.full.test.ts",
  "test/examples/kubernetes.full.test.ts",
  "test/e2e/fleets.full.test.ts",
  "test/e2e/families.full.test.ts",
  "test/e2e/safety.full.test.ts",
  "test/e2e/fast-launch.full.test.ts",
  "test/e2e/breaking.full.test.ts",
  "test/packer/failures.full.test.ts",
  "test/packer/real-assembly.full.test.ts",
  "test/e2e/interventions.full.test.ts",
  "test/e2e/interruption.full.test.ts",
  "test/simulation/histories.test.ts",
  "test/rim/reconcile/publishing.test.ts",
  "test/e2e/first-act.test.ts",
  "test/rim/io/image-lifecycle.test.ts",
  "test/local/deploy/deploy.test.ts",
  "test/e2e/handlers.test.ts",
  "test/packer/real-layer.test.ts",
];

/** A worker takes another file only if the next one is of the same project. */
const projects = ["windows", "isolated", "shared"];

class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => slowest.findIndex((file) => moduleId.endsWith(file));
    const first = files.filter((file) => rank(file) >= 0).toSorted((one, other) => rank(one) - rank(other));
    const all = [...first, ...(await super.sort(files.filter((file) => rank(file) < 0)))];
    return sortBy(all, [({ project }) => projects.indexOf(project.name)]);
  }
}

export default defineConfig(({ mode }) => ({
  test: {
    projects: [
      project("windows", sharePowerShell, mode),
      project("isolated", needOwnWorkers, mode),
      project("shared", shareWorkers, mode),
    ],
    env: { TEST_DEPTH: mode },
    globalSetup: ["test/infra/graph-server.ts", "test/emulators.ts"],
    sequence: { sequencer: SlowestFirst },
    // A last resort against a run that hangs. Tests wait for progress, not for seconds, so that a slow machine fails
    // none of them.
    testTimeout: 3_600_000,
    hookTimeout: 3_600_000,
    reporters: ["default"],
  },
}));
