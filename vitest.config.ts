import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** What takes minutes, mostly asleep, longest first: started last, each of them would run alone at the end. */
const long = [
  "test/e2e/rehearsal.test.ts",
  "test/e2e/families.test.ts",
  "test/e2e/safety.test.ts",
  "test/e2e/interruption.test.ts",
];

class LongOnesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => long.findIndex((file) => moduleId.endsWith(file));
    const first = files.filter((file) => rank(file) >= 0).toSorted((one, other) => rank(one) - rank(other));
    return [...first, ...(await super.sort(files.filter((file) => rank(file) < 0)))];
  }
}

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Packer's runs mostly sleep: more files at once than there are cores.
    maxWorkers: 4,
    sequence: { sequencer: LongOnesFirst },
    testTimeout: 60_000,
    hookTimeout: 120_000,
    reporters: ["default"],
  },
});
