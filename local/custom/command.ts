import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { argv, stderr, stdout } from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { config } from "../../config.ts";
import { parseConfiguration } from "../../functions/config/configuration.ts";
import { parseVersions } from "../../functions/config/versions.ts";
import { windowsPowerShell, withoutPowerShell } from "../windows/settings.ts";
import { openWorkbench } from "../windows/workbench.ts";
import { limits, tryScripts } from "./try-scripts.ts";

const packerDir = fileURLToPath(new URL("../../packer", import.meta.url));
const say = (line: string) => void stdout.write(`${line}\n`);

async function run(): Promise<number> {
  const { values } = parseArgs({ args: argv.slice(2), options: { variant: { type: "string" } } });
  const powershell = windowsPowerShell();
  if (!powershell) throw new Error(withoutPowerShell);
  const { variants } = parseConfiguration(config);
  const variant = values.variant ? variants.find(({ name }) => name === values.variant) : variants[0];
  if (!variant)
    throw new Error(`config.ts has no variant ${values.variant}: ${variants.map(({ name }) => name).join(", ")}`);
  const folder = join(packerDir, "custom");
  const scripts = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".ps1")) : [];
  if (scripts.length === 0) throw new Error("packer/custom/ has no script: there is nothing to try");

  say(`${scripts.join(", ")} on a machine as a build of ${variant.name} has it then\n${limits}`);
  const versions = parseVersions(readFileSync(join(packerDir, "versions.json"), "utf8"));
  const bench = await openWorkbench({ powershell, packerDir, log: say });
  try {
    return await tryScripts({ bench, variant, packerDir, versions, say });
  } finally {
    await bench.close();
  }
}

try {
  process.exitCode = await run();
} catch (error) {
  stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
