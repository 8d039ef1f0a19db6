import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runCommand } from "./command.ts";
import { installTools, type Tools } from "./install.ts";
import { deploymentVariables, orderedVariables } from "./packer-documents.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const say = (line: string) => process.stderr.write(`${line}\n`);

/** What the buildspec adds on the command line. */
const templates = {
  packer: { manifest_path: "manifest.json", output_dir: "output" },
  "packer/proof": { manifest_path: "manifest.json", output_dir: "output", image_id: "ami-0123456789abcdef1" },
};

async function checkTemplates(tools: Tools, write: boolean): Promise<void> {
  await format(tools, write);
  if (write) return;
  const documents = mkdtempSync(join(tmpdir(), "packer-check-"));
  try {
    for (const [template, added] of Object.entries(templates)) await validate(tools, template, added, documents);
  } finally {
    rmSync(documents, { recursive: true });
  }
}

async function format(tools: Tools, write: boolean): Promise<void> {
  const how = write ? ["-write=true"] : ["-check", "-diff"];
  await packer("formatting the Packer templates (npm run format)", tools, ["fmt", ...how, "-recursive", "packer"]);
}

async function validate(tools: Tools, template: string, added: object, documents: string): Promise<void> {
  if (!readdirSync(join(root, template)).some((name) => name.endsWith(".pkr.hcl")))
    throw new Error(`validating ${template}: there is no template in it`);
  const files = Object.entries({ deployment: deploymentVariables, variables: orderedVariables(), added }).map(
    ([name, content]) => {
      const file = join(documents, `${name}.json`);
      writeFileSync(file, JSON.stringify(content));
      return `-var-file=${file}`;
    },
  );
  await packer(`initialising ${template}`, tools, ["init", template]);
  const output = await packer(`validating ${template}`, tools, ["validate", ...files, template]);
  if (/Undefined variable/.test(output)) throw new Error(`validating ${template}: ${output}`);
  say(`${template} is valid`);
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
