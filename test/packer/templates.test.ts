import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, test } from "vitest";
import { installTools } from "../../local/tools/install.ts";
import { deploymentVariables, orderedVariables } from "../../local/tools/packer-variables.ts";
import { packerDirectory } from "./powershell.ts";

const tools = await installTools(() => {});
const directory = mkdtempSync(join(tmpdir(), "templates-"));
afterAll(() => rmSync(directory, { recursive: true }));

const layer = orderedVariables("layer");
const assemble = orderedVariables("assemble");
const harvest = orderedVariables("harvest");
const withContainers = { base_family: "ContainersLatest" };

test("the templates are formatted", async () => {
  const { output } = await packer("fmt", "-check", "-recursive", packerDirectory);

  expect(output).toBe("");
});

const inPublic = {
  ...deploymentVariables,
  volume_key_arn: "",
  subnet_id: "",
  security_group_ids: [],
  ssh_interface: "public_ip",
  associate_public_ip_address: true,
  iam_instance_profile: "",
  temporary_security_group_source_cidrs: ["203.0.113.7/32"],
};

describe("a template is valid with the variables of its build", () => {
  test.each([
    ["the layer recipe in a VPC with a key", "", { ...layer, ...deploymentVariables }],
    ["the layer recipe in public without a key", "", { ...layer, ...inPublic }],
    ["the assemble recipe in a VPC with a key", "", { ...assemble, ...deploymentVariables }],
    ["the assemble recipe in public on Windows with containers", "", { ...assemble, ...inPublic, ...withContainers }],
    ["the proof of a layered image in a VPC", "proof", { ...layer, ...deploymentVariables }],
    ["the proof of an assembled image in public", "proof", { ...assemble, ...inPublic }],
    ["the harvest in a VPC with a key", "harvest", { ...harvest, ...deploymentVariables }],
    ["the harvest in public without a key", "harvest", { ...harvest, ...inPublic }],
  ])("%s", async (_, template, variables) => {
    const { output } = await validate(template, variables);

    expect(output).toContain("The configuration is valid");
    expect(output).not.toContain("Undefined variable");
  });
});

describe("a harvest belongs to the assemble recipe", () => {
  test.each([
    ["assemble without one", assemble, { harvest_source: "", harvest_manifest: "" }],
    ["assemble without its manifest", assemble, { harvest_manifest: "" }],
    ["assemble without its source", assemble, { harvest_source: "" }],
    ["layer with one", layer, { harvest_source: "ami-0123456789abcdef1" }],
    ["layer with a manifest", layer, { harvest_manifest: "c".repeat(64) }],
  ])("%s is refused", async (_, variables, changes) => {
    const { valid, output } = await validate("", { ...variables, ...deploymentVariables, ...changes });

    expect(valid).toBe(false);
    expect(output).toContain("Variable harvest_source: ");
  });
});

describe("a check of a node counts", () => {
  const copy = join(directory, "packer");
  const checks = [
    { name: "vpc-bridge", passed: true, detail: "" },
    { name: "no-hns-networks", passed: false, detail: "nat" },
  ];
  cpSync(packerDirectory, copy, { recursive: true, filter: (path) => !path.endsWith("/first-contact") });
  mkdirSync(join(copy, "first-contact"));
  writeFileSync(join(copy, "first-contact/2022-EKS_Optimized.json"), JSON.stringify({ facts: { checks } }));

  test.each([
    ["if it held on AWS's own image of this Windows", "2022", '["vpc-bridge"]'],
    ["not before a first contact with this Windows", "2025", "[]"],
  ])("%s", async (_, windows, counting) => {
    const file = join(directory, `console-${windows}.json`);
    const called = { image_id: "ami-0123456789abcdef0", manifest_path: "manifest.json", output_dir: "output" };
    writeFileSync(file, JSON.stringify({ ...layer, ...inPublic, ...called, windows }));

    const { output } = await run(
      ["console", `-var-file=${file}`, join(copy, "proof")],
      "jsonencode(local.holds_on_aws)",
    );

    expect(output.trim()).toBe(counting);
  });
});

/** Values that the validation of their variable refuses. */
const refused: Record<string, unknown[]> = {
  temporary_security_group_source_cidrs: [["0.0.0.0/0"], ["::/0"], []],
  volume_key_arn: ["alias/images", "arn:aws:kms:us-east-1:123456789012:alias/images"],
  token: ["0123"],
  windows: ["2016"],
  base_family: ["EKS"],
  source_ami: ["latest"],
  source_ami_released: ["", "2026-13-01"],
  patch_tuesday: ["10 November 2026"],
  harvest_source: ["ami"],
  harvest_manifest: ["abc"],
  bucket: ["", "s3://artifacts"],
  kubernetes_version: ["1.35"],
  container_images: [['mcr.microsoft.com/a:b"; exit'], ["nanoserver"]],
  registry_mirrors: [
    { "docker.io": ["https://{{ env `HOME` }}"] },
    { "docker.io/x": ["https://mirror.example.com"] },
    { "docker.io": ["https://user:password@mirror.example.com"] },
    { "docker.io": ["https://token@mirror.example.com/v2/docker"] },
  ],
  denied_updates: [["5007651"]],
  disk_gib: [30],
  disk_throughput: [100, 2000, 125.5],
  update_rounds: [0],
  kubernetes_release_url: ["https://dl.k8s.io/", "https://user:password@mirror.example.com"],
  winrm_timeout: ["30"],
  servicing_minutes: [0],
  upkeep_minutes: [0],
};

/**
 * Packer reports all wrong variables at once: the first run has the first value of each variable, the second run the
 * second value.
 */
const runs = Array.from({ length: Math.max(...Object.values(refused).map(({ length }) => length)) }, (_, index) =>
  Object.fromEntries(
    Object.entries(refused).flatMap(([name, { [index]: value }]) => (value === undefined ? [] : [[name, value]])),
  ),
);

test.each(runs)("each wrong value is refused by its own variable, and no other variable is: %#", async (wrong) => {
  const { output } = await validate("", { ...layer, ...deploymentVariables, ...wrong });

  const errors = output.split(/^Error: /m).filter((error) => error.startsWith("Invalid value for varfile variable"));
  const names = errors.flatMap((error) => /\bVariable (\w+): /.exec(error)?.[1] ?? []);
  expect(names.sort()).toEqual(Object.keys(wrong).sort());
});

async function validate(template: string, values: object): Promise<{ valid: boolean; output: string }> {
  const file = join(mkdtempSync(join(directory, "run-")), "variables.json");
  const called = template === "proof" ? { image_id: "ami-0123456789abcdef0" } : {};
  writeFileSync(file, JSON.stringify({ ...values, ...called, manifest_path: "manifest.json", output_dir: "output" }));
  return packer("validate", `-var-file=${file}`, join(packerDirectory, template));
}

function packer(...commandLine: string[]): Promise<{ valid: boolean; output: string }> {
  return run(commandLine, "");
}

async function run(commandLine: string[], input: string): Promise<{ valid: boolean; output: string }> {
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
  const started = promisify(execFile)(tools.packer, commandLine, { env });
  started.child.stdin?.end(input);
  return started.then(
    ({ stdout, stderr }) => ({ valid: true, output: stdout + stderr }),
    ({ stdout, stderr }) => ({ valid: false, output: stdout + stderr }),
  );
}
