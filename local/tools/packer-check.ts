import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseVersions } from "../../functions/config/versions.ts";
import { installTools, type Tools } from "./install.ts";
import { contactVariables, deploymentVariables, orderedVariables } from "./packer-variables.ts";
import { runCommand } from "./programs.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const say = (line: string) => process.stderr.write(`${line}\n`);

/** The variables that the buildspec adds on the command line. */
const added = { manifest_path: "manifest.json", output_dir: "output" };
const image = { image_id: "ami-0123456789abcdef1" };

type Call = { template: string; order: Record<string, unknown>; added?: object; deployment?: object };

/** Each template with the variables of each kind of order that uses it; no order uses that of a first contact. */
const calls: Call[] = [
  { template: "packer", order: orderedVariables("layer"), added },
  { template: "packer", order: orderedVariables("assemble"), added },
  { template: "packer/proof", order: orderedVariables("layer"), added: { ...added, ...image } },
  { template: "packer/proof", order: orderedVariables("assemble"), added: { ...added, ...image } },
  { template: "packer/harvest", order: orderedVariables("harvest"), added },
  { template: "packer/first-contact", order: contactVariables(), deployment: {} },
];

async function checkTemplates(tools: Tools, write: boolean): Promise<void> {
  await format(tools, write);
  if (write) return;
  parseVersions(readFileSync(join(root, "packer/versions.json"), "utf8"));
  const documents = mkdtempSync(join(tmpdir(), "packer-check-"));
  try {
    const valid = await Promise.all(calls.map((call) => validate(tools, call, mkdtempSync(join(documents, "call-")))));
    valid.forEach(say);
  } finally {
    rmSync(documents, { recursive: true });
  }
}

async function format(tools: Tools, write: boolean): Promise<void> {
  const how = write ? ["-write=true"] : ["-check", "-diff"];
  await packer("formatting the Packer templates (npm run format)", tools, ["fmt", ...how, "-recursive", "packer"]);
}

/** Needs no `packer init`: `validate` itself refuses a template whose plugin is not installed in the right version. */
async function validate(
  tools: Tools,
  { template, order, added = {}, deployment = deploymentVariables }: Call,
  documents: string,
): Promise<string> {
  if (!readdirSync(join(root, template)).some((name) => name.endsWith(".pkr.hcl")))
    throw new Error(`validating ${template}: the directory contains no template`);
  const files = Object.entries({ deployment, order, added }).map(([name, content]) => {
    const file = join(documents, `${name}.json`);
    writeFileSync(file, JSON.stringify(content));
    return `-var-file=${file}`;
  });
  const output = await packer(`validating ${template}`, tools, ["validate", ...files, template]);
  if (/Undefined variable/.test(output)) throw new Error(`validating ${template}: ${output}`);
  return `${template} is valid${order.base_family ? ` on ${order.base_family}` : ""}`;
}

async function packer(doing: string, tools: Tools, parameters: string[]): Promise<string> {
  const { stdout, stderr } = await runCommand(doing, tools.packer, parameters, {
    cwd: root,
    env: { ...process.env, PACKER_PLUGIN_PATH: tools.pluginPath, CHECKPOINT_DISABLE: "1" },
  });
  return stdout + stderr;
}

try {
  await checkTemplates(await installTools(say), process.argv.includes("--write"));
} catch (error) {
  say((error as Error).message);
  process.exitCode = 1;
}
