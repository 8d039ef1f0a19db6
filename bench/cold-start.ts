import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { deployReconcile } from "./deployed-reconcile.ts";
import type { Group } from "./group.ts";
import { median } from "./median.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
/** Runs of each; they take turns, so that both meet the same load. */
const runs = 7;

/**
 * What a bundle saves at a cold start: `reconcile` is loaded and finds nothing to do for a variant, as the bundle that is
 * deployed and as the source with the packages that npm installed.
 */
export const coldStart: Group = {
  figures: [
    {
      key: "coldRatio",
      what: "cold start of reconcile's bundle against the same code unbundled",
      unit: "",
      atMost: 0.35,
    },
  ],
  async measure() {
    const { bundle, configFile, environment, stop } = await deployReconcile({ variants: 1 });
    const replaced = [join(root, "config.ts"), configFile].map((path) => pathToFileURL(path).href);
    const [bundled, unbundled]: [number[], number[]] = [[], []];
    try {
      for (let run = 0; run < runs; run++) {
        bundled.push(await millisecondsOf(environment, bundle));
        unbundled.push(await millisecondsOf(environment, join(root, "functions/reconcile.ts"), ...replaced));
      }
    } finally {
      await stop();
    }
    return { coldRatio: median(bundled) / median(unbundled) };
  },
};

async function millisecondsOf(env: NodeJS.ProcessEnv, ...args: string[]): Promise<number> {
  const script = fileURLToPath(new URL("cold-start.mjs", import.meta.url));
  const { stderr } = await promisify(execFile)(process.execPath, [script, ...args], { env });
  return Number(stderr);
}
