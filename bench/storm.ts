import { startStormStack, storm } from "../test/e2e/storm.ts";
import type { Group } from "./group.ts";

/** What a thousand triggers at once come to on the local stack: one run serves many of them. */
export const storms: Group = {
  figures: [
    { key: "stormReconciles", what: "reconcile runs after 1,000 triggers at once", unit: "", atMost: 20 },
    { key: "stormBuilds", what: "builds of a variant after the same", unit: "", atMost: 1 },
  ],
  async measure() {
    const stack = await startStormStack();
    try {
      const { reconciles, builds } = await storm(stack, 1_000);
      return { stormReconciles: reconciles, stormBuilds: Math.max(...Object.values(builds)) };
    } finally {
      await stack.stop();
    }
  },
};
