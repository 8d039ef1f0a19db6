import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * `npm test` runs what decides; `npm run test:full` (mode `full`) adds what takes minutes:
 * - `*.full.test.ts` runs there only,
 * - `*.property.test.ts` runs in both, there at full depth (`test/depth.ts`).
 */
const included = {
  everyDay: { include: ["test/**/*.test.ts"], exclude: ["test/**/*.full.test.ts"] },
  full: { include: ["test/**/*.full.test.ts", "test/**/*.property.test.ts"] },
};

/** What takes longest, longest first: started last, each of them would run alone at the end. */
const slowest = [
  "test/e2e/rehearsal.full.test.ts",
  "test/e2e/families.full.test.ts",
  "test/e2e/safety.full.test.ts",
  "test/packer/failures.full.test.ts",
  "test/packer/real-assembly.full.test.ts",
  "test/e2e/interruption.full.test.ts",
  "test/e2e/first-act.test.ts",
  "test/packer/real-layer.test.ts",
];

class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => slowest.findIndex((file) => moduleId.endsWith(file));
    const first = files.filter((file) => rank(file) >= 0).toSorted((one, other) => rank(one) - rank(other));
    return [...first, ...(await super.sort(files.filter((file) => rank(file) < 0)))];
  }
}

export default defineConfig(({ mode }) => ({
  test: {
    ...(mode === "full" ? included.full : included.everyDay),
    env: { TEST_DEPTH: mode },
    globalSetup: ["test/infra/graph-server.ts", "test/emulators.ts"],
    // Packer's runs mostly sleep: more files at once than there are cores.
    maxWorkers: 4,
    sequence: { sequencer: SlowestFirst },
    // A last resort against a run that hangs. Tests wait for progress, not for seconds, so that a slow machine fails none of them.
    testTimeout: 3_600_000,
    hookTimeout: 3_600_000,
    reporters: ["default"],
  },
}));
