import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bundleHandler } from "../lambda/bundle.ts";
import type { BuildRequest, FunctionBuild } from "./function-build.ts";

export interface BuiltFunction {
  /** Its name in the program, `Reconcile`. */
  name: string;
  /** As in the program, `functions/reconcile.handler`. */
  handler: string;
  /** As Lambda gets it, `bundle.handler`. */
  lambdaHandler: string;
  bundleDir: string;
}

/** Bundles functions below `dir` and records the directory of each bundle. */
export function createFunctionBuilder({ root, configFile, dir }: { root: string; configFile?: string; dir: string }) {
  const built: BuiltFunction[] = [];

  async function build({ functionID: name, handler, properties }: BuildRequest): Promise<FunctionBuild> {
    const outDir = join(dir, "functions", name);
    const bundle = await bundleHandler({ root, handler, outDir, configFile, minify: properties.minify });
    built.push({ name, handler, lambdaHandler: bundle.handler, bundleDir: bundle.dir });
    return { handler: bundle.handler, out: bundle.dir, errors: bundle.errors, sourcemaps: [] };
  }

  return { build, built };
}

/** Builds an empty function, for evaluations that only read the graph. */
export async function buildNothing(dir: string, { functionID, handler }: BuildRequest): Promise<FunctionBuild> {
  const out = join(dir, "functions", functionID);
  await mkdir(out, { recursive: true });
  await writeFile(join(out, "index.mjs"), "");
  return { handler: `index.${handler.split(".").at(-1)}`, out, errors: [], sourcemaps: [] };
}
