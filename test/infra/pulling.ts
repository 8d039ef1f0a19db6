import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ConfigurationInput } from "../../functions/config/configuration.ts";
import type { Ran } from "../../local/deploy/cloud.ts";
import { imaginaryCloud } from "../../local/deploy/graph.ts";
import type { Place } from "../../local/deploy/look-ups.ts";
import { openProgram } from "../../local/deploy/program.ts";
import { root } from "./graph.ts";

/** Reads graphs of the program as it is without the line that refuses private container images. */
export async function openPulling() {
  const workDir = mkdtempSync(join(tmpdir(), "pulling-"));
  const configFile = join(workDir, "config.ts");
  writeFileSync(configFile, "export const config = JSON.parse(process.env.CONFIGURATION);\n");
  const file = join(workDir, "sst.config.ts");
  const source = readFileSync(join(root, "sst.config.ts"), "utf8");
  const pulling = source.replace(/^.*"\.\/infra\/no-private-images\.ts".*$/m, "").replaceAll('"./', `"${root}`);
  writeFileSync(file, pulling);
  const program = await openProgram({ root, program: file, configFile, workDir });
  return {
    read: (configuration: ConfigurationInput, place: Place): Promise<Ran> =>
      program.evaluate({ stage: "production", configuration, cloud: imaginaryCloud(workDir, place) }),
    async close() {
      await program.close();
      rmSync(workDir, { recursive: true });
    },
  };
}
