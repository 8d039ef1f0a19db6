import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runCommand } from "./command.ts";
import { installTools, type Tools } from "./install.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const say = (line: string) => process.stderr.write(`${line}\n`);

/** A document as every build gets it, so that a variable that is renamed on one side only is found here. */
const variables = {
  stage: "production",
  variant: "windows-2022-core-1.35",
  token: "0".repeat(64),
  image_name: "windows-2022-core-1.35-20261110-0000",
  windows: "2022",
  edition: "Core",
  base_family: "EKS_Optimized",
  source_ami: "ami-0123456789abcdef0",
  kubernetes_version: "1.35.8",
  patch_tuesday: "2026-11-10",
  container_images: ["mcr.microsoft.com/windows/nanoserver:ltsc2022"],
  registry_mirrors: { "docker.io": ["https://mirror.example.com"] },
  denied_updates: ["KB5007651"],
  disk_gib: 100,
  update_rounds: 2,
  kubernetes_release_url: "https://dl.k8s.io",
  image_tags: { "eks-windows-images:variant": "windows-2022-core-1.35" },
};
const deployment = {
  region: "us-east-1",
  instance_type: "m7i.xlarge",
  subnet_id: "subnet-0123456789abcdef0",
  security_group_ids: ["sg-0123456789abcdef0"],
  ssh_interface: "private_ip",
  associate_public_ip_address: false,
  iam_instance_profile: "",
};
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
  const files = Object.entries({ deployment, variables, added }).map(([name, content]) => {
    const file = join(documents, `${name}.json`);
    writeFileSync(file, JSON.stringify(content));
    return `-var-file=${file}`;
  });
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
