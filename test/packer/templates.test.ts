import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, test } from "vitest";
import { installTools } from "../../local/tools/install.ts";
import { deploymentVariables, orderedVariables } from "../../local/tools/packer-documents.ts";
import { packerDirectory } from "./powershell.ts";

const tools = await installTools(() => {});
const directory = mkdtempSync(join(tmpdir(), "templates-"));
afterAll(() => rmSync(directory, { recursive: true }));

const variables = orderedVariables();

test("the templates are formatted", async () => {
  const { output } = await packer("fmt", "-check", "-recursive", packerDirectory);

  expect(output).toBe("");
});

test.each([
  ["the build", "", deploymentVariables],
  ["the build with a public address", "", { ...deploymentVariables, ...publicNetwork() }],
  ["the proof", "proof", deploymentVariables],
  ["the proof with a public address", "proof", { ...deploymentVariables, ...publicNetwork() }],
])("%s is valid with every variable it is called with", async (_, template, network) => {
  const { valid, output } = await validate(template, { ...variables, ...network });

  expect(output).toContain("The configuration is valid");
  expect(valid).toBe(true);
});

describe("a value is refused by its own variable", () => {
  test.each([
    ["temporary_security_group_source_cidrs", ["0.0.0.0/0"]],
    ["temporary_security_group_source_cidrs", ["::/0"]],
    ["temporary_security_group_source_cidrs", []],
    ["token", "0123"],
    ["windows", "2016"],
    ["base_family", "Base"],
    ["source_ami", "latest"],
    ["kubernetes_version", "1.35"],
    ["container_images", ['mcr.microsoft.com/a:b"; exit']],
    ["container_images", ["nanoserver"]],
    ["registry_mirrors", { "docker.io": ["https://{{ env `HOME` }}"] }],
    ["registry_mirrors", { "docker.io/x": ["https://mirror.example.com"] }],
    ["registry_mirrors", { "docker.io": ["https://user:password@mirror.example.com"] }],
    ["registry_mirrors", { "docker.io": ["https://token@mirror.example.com/v2/docker"] }],
    ["denied_updates", ["5007651"]],
    ["disk_gib", 30],
    ["update_rounds", 0],
    ["kubernetes_release_url", "https://dl.k8s.io/"],
    ["kubernetes_release_url", "https://user:password@mirror.example.com"],
    ["winrm_timeout", "30"],
  ])("%s = %j", async (name, value) => {
    const { valid, output } = await validate("", { ...variables, ...deploymentVariables, [name]: value });

    expect(valid).toBe(false);
    expect(output).toContain(`Variable ${name}: `);
  });
});

function publicNetwork(): object {
  return {
    subnet_id: "",
    security_group_ids: [],
    ssh_interface: "public_ip",
    associate_public_ip_address: true,
    iam_instance_profile: "",
    temporary_security_group_source_cidrs: ["203.0.113.7/32"],
  };
}

async function validate(template: string, values: object): Promise<{ valid: boolean; output: string }> {
  const file = join(mkdtempSync(join(directory, "run-")), "variables.json");
  const called = template === "proof" ? { image_id: "ami-0123456789abcdef0" } : {};
  writeFileSync(file, JSON.stringify({ ...values, ...called, manifest_path: "manifest.json", output_dir: "output" }));
  return packer("validate", `-var-file=${file}`, join(packerDirectory, template));
}

async function packer(...commandLine: string[]): Promise<{ valid: boolean; output: string }> {
  const env = {
    PATH: dirname(tools.packer),
    HOME: directory,
    PACKER_PLUGIN_PATH: tools.pluginPath,
    PACKER_NO_COLOR: "1",
    CHECKPOINT_DISABLE: "1",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_ACCESS_KEY_ID: "none",
    AWS_SECRET_ACCESS_KEY: "none",
  };
  return promisify(execFile)(tools.packer, commandLine, { env }).then(
    ({ stdout, stderr }) => ({ valid: true, output: stdout + stderr }),
    ({ stdout, stderr }) => ({ valid: false, output: stdout + stderr }),
  );
}
