import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DescribeImagesCommand, EC2Client } from "@aws-sdk/client-ec2";
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import type { Configuration } from "../../functions/config/configuration.ts";
import type { Packer } from "../../local/tools/packer.ts";
import { type FirstContact, parseFindings } from "./file.ts";
import type { ImageToSee } from "./images.ts";
import { redacted } from "./redact.ts";

const template = fileURLToPath(new URL("../../packer/first-contact/", import.meta.url));

/** How the machines are reached: from one IPv4 address, in AWS's default Region of the caller. */
export type Place = { region: string; address: string; policies: Configuration["policies"]; packer: Packer };

type Show = (text: string) => void;

/**
 * Looks at every image and writes a file for each, so that an image that fails costs no earlier file.
 * @param folder of the files, by its URL
 * @param today like 2026-11-30
 * @param show gets what a person may want to read, Packer's output included
 */
export async function lookAt(images: ImageToSee[], place: Place, folder: URL, today: string, show: Show) {
  for (const image of images) {
    show(`Looking at ${image.parameter} in ${place.region}, which takes about a quarter of an hour\n`);
    const contact = await meet(image, place, today, show);
    const file = new URL(image.file, folder);
    writeFileSync(file, `${JSON.stringify(contact, null, 2)}\n`);
    for (const [fact, why] of Object.entries(contact.unknown)) show(`${fact} is unknown: ${why}\n`);
    show(`${fileURLToPath(file)} is written. Read it before you commit it: others will.\n`);
  }
}

/**
 * Starts a machine of an image with nothing changed, asks it, and ends it. Packer acts with the caller's credentials.
 * @param show gets Packer's output
 * @throws Error if the image cannot be read, or Packer fails
 */
async function meet(image: ImageToSee, place: Place, today: string, show: Show): Promise<FirstContact> {
  const { windows, edition, family, kubernetes } = image;
  const seen = await publicImage(image.parameter);
  const findings = parseFindings(await ask(seen.id, image, place, show));
  const { facts, unknown } = redacted(findings, [place.address]);
  return { windows, edition, family, kubernetes, image: seen, seen: today, facts, unknown };
}

async function publicImage(parameter: string): Promise<FirstContact["image"]> {
  const { Parameter } = await new SSMClient({}).send(new GetParameterCommand({ Name: parameter }));
  const id = Parameter?.Value ?? "";
  const { Images } = await new EC2Client({}).send(new DescribeImagesCommand({ ImageIds: [id] }));
  const [described] = Images ?? [];
  if (!described?.Name) throw new Error(`describing ${id} of ${parameter}: it does not exist`);
  return { id, name: described.Name, released: described.CreationDate?.slice(0, 10) ?? "" };
}

async function ask(id: string, { file }: ImageToSee, place: Place, show: Show): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), "fc-"));
  try {
    const variables = join(directory, "variables.json");
    const name = `eks-windows-images first contact ${file.replace(/\.json$/, "")}`;
    writeFileSync(variables, JSON.stringify(variablesOf(place, { source_ami: id, name, output_dir: directory })));
    await run(place.packer, ["build", `-var-file=${variables}`, template], show);
    return readFileSync(join(directory, "first-contact.json"), "utf8");
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

type Asked = { source_ami: string; name: string; output_dir: string };

/**
 * Packer's variables: the same network as that of a build, except that the machine admits the caller instead of
 * CodeBuild.
 */
export function variablesOf(
  { region, address, policies }: Omit<Place, "packer">,
  asked: Asked,
): Record<string, unknown> {
  const { network, instanceType, volumeKeyArn } = policies;
  const isPublic = network.kind === "public";
  return {
    ...asked,
    region,
    instance_type: instanceType,
    volume_key_arn: volumeKeyArn ?? "",
    subnet_id: isPublic ? (network.subnetId ?? "") : network.subnetIds[0],
    ssh_interface: isPublic ? "public_ip" : "private_ip",
    associate_public_ip_address: isPublic,
    temporary_security_group_source_cidrs: [`${address}/32`],
  };
}

/** Ctrl-C reaches Packer by itself, and it deletes what it has made; this process waits for it. */
async function run({ binary, pluginPath }: Packer, parameters: string[], show: Show): Promise<void> {
  const env = { ...process.env, PACKER_PLUGIN_PATH: pluginPath, CHECKPOINT_DISABLE: "1", PACKER_NO_COLOR: "1" };
  const wait = () => {};
  process.on("SIGINT", wait);
  try {
    const child = spawn(binary, parameters, { env, stdio: ["ignore", "pipe", "pipe"] });
    process.once("SIGTERM", () => child.kill("SIGTERM"));
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", show);
    const [code] = await once(child, "close");
    if (code !== 0) throw new Error(`packer build exited with ${code}`);
  } finally {
    process.off("SIGINT", wait);
  }
}
