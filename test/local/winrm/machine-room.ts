import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createBehaviour, leave, type Response, type Rule } from "../../../local/model/behaviour.ts";
import { baseDisk, type Disk } from "../../../local/model/disk.ts";
import { createMachine, type Machine } from "../../../local/model/machine.ts";
import { createNetwork, type Network, sha256 } from "../../../local/model/network.ts";
import { healthyResponse } from "../../../local/steps/healthy.ts";
import { generalize, startWindows } from "../../../local/steps/setup.ts";
import type { Settings } from "../../../local/steps/situation.ts";

export const packer = fileURLToPath(new URL("../../../packer", import.meta.url));
export const nanoserver = "mcr.microsoft.com/windows/nanoserver:ltsc2022";
export const eksImage = "Windows_Server-2022-English-Core-EKS_Optimized-1.35-2026.10.09";
export const plainImage = "Windows_Server-2022-English-Core-Base-2026.10.14";
const work = "C:/eks-windows-images";

/** What the template hands to every step. */
const settings = {
  WORK_DIRECTORY: work,
  REGION: "us-east-1",
  RECIPE_KIND: "layer",
  WINDOWS: "2022",
  EDITION: "Core",
  KUBERNETES_VERSION: "1.35.7",
  KUBERNETES_RELEASE_URL: "https://releases",
  CONTAINER_IMAGES: JSON.stringify([nanoserver]),
  REGISTRY_MIRRORS: "{}",
  DENIED_UPDATES: "[]",
  UPLOADS: "{}",
  PATCH_TUESDAY: "2026-11-10",
  BASE_RELEASED: "2026-10-09",
  HARVEST_URL: "s3://artifacts/harvest/ami-eks",
  HARVEST_RECIPE: "a".repeat(64),
};
const beforeTools = ["20-windows-updates", "restart", "25-updates-complete", "30-aws-cli"];
const fromTools = [
  "33-kubernetes",
  "34-eks-tools",
  "40-containerd",
  "50-container-images",
  "60-custom",
  "restart",
  "70-verify",
  "80-report",
];
const steps = {
  layer: ["10-files", "12-prerequisites", ...beforeTools, ...fromTools, "90-sysprep"],
  assemble: [
    "10-files",
    "12-prerequisites",
    "15-containers-feature",
    "restart",
    ...beforeTools,
    "31-harvested-files",
    "32-containerd-install",
    ...fromTools,
    "90-sysprep",
  ],
};

export type Build = {
  recipe: "layer" | "assemble";
  without: string[];
  /** Instead of the recipe's. */
  order: string[];
  rules: Rule[];
  /** Name of AWS's image that is built on. */
  from: string;
  /** What is in that image, if not what AWS's image of that name has. */
  base: Disk;
  given: Settings;
  network: Network;
};

/** A bucket that anybody may use, and Kubernetes' release host with every version of it. */
export function network(): Network & { objects: Map<string, Buffer> } {
  const objects = new Map<string, Buffer>();
  const outside = createNetwork({
    endpoint: "",
    region: "",
    credentials: async () => undefined,
    packerDir: packer,
  });
  return {
    objects,
    download: async (url) => {
      const [, version, name, sum] = /^https:\/\/releases\/v([\d.]+)\/.*\/([\w-]+)\.exe(\.sha256)?$/.exec(url) ?? [];
      const binary = version && Buffer.from(`${name}.exe v${version}`);
      const content = binary && sum ? Buffer.from(sha256(binary)) : binary || objects.get(url);
      if (content) return { content, sha256: sha256(content), signer: "" };
      if (url.startsWith("s3:")) throw new Error("aws.exe exited with 254: An error occurred (NoSuchKey)");
      return outside.download(url);
    },
    upload: async (url, content) => void objects.set(url, Buffer.from(content)),
    close: () => {},
  };
}

/** A machine of an image, with these scripts of the recipe as its user data. */
export function start(image: Disk, ...scripts: string[]): Machine {
  const userData = scripts.map((name) => readFileSync(`${packer}/${name}.ps1`, "utf8")).join("\n");
  const instance = { instanceId: "i-1", address: "127.77.0.4", imageId: "ami-1", tags: {}, userData };
  const machine = createMachine(instance, image);
  startWindows(machine, packer);
  return machine;
}

/** Takes the steps of a recipe until one fails. */
export async function build(wanted: Partial<Build> = {}): Promise<{ machine: Machine; failure: string }> {
  const {
    recipe = "layer",
    without = [],
    order = steps[recipe],
    rules = [],
    from = eksImage,
    base = baseDisk(from),
    given = {},
  } = wanted;
  const { behave, responseTo } = createBehaviour();
  rules.forEach(behave);
  const machine = start(base, "scripts/00-communicator");
  for (const name of ["versions.json", "modules/EksWindowsImages/EksWindowsImages.psm1"])
    machine.files.write(`${work}/${name}`, readFileSync(`${packer}/${name}`));
  const situation = {
    machine,
    settings: { ...settings, RECIPE_KIND: recipe, ...given },
    network: wanted.network ?? network(),
    packerDir: packer,
  };
  for (const step of order.filter((one) => !without.includes(one))) {
    if (step === "restart") {
      startWindows(machine, packer);
      continue;
    }
    const response = await responseTo(step, machine, () => healthyResponse(step, situation));
    leave(machine, response);
    if (response.exitCode === 1) return { machine, failure: response.stderr };
    if (response.stopsItself) generalize(machine);
  }
  return { machine, failure: "" };
}

/** The same for an image that is assembled, with a harvest of AWS's EKS image. */
export async function assemble(wanted: Partial<Build> = {}) {
  const reached = network();
  const HARVEST_MANIFEST = await harvest(eksImage, reached);
  return build({ recipe: "assemble", from: plainImage, network: reached, given: { HARVEST_MANIFEST }, ...wanted });
}

/** Harvests AWS's image of this name: what the manifest's SHA-256 is. */
export async function harvest(from: string, into: ReturnType<typeof network>, base?: Disk): Promise<string> {
  const { failure } = await build({ from, ...(base && { base }), order: ["10-harvest"], network: into });
  if (failure) throw new Error(failure);
  return sha256(into.objects.get(`${settings.HARVEST_URL}/manifest.json`) ?? "");
}

export async function prove(image: Disk): Promise<Response & { machine: Machine }> {
  const machine = start(image, "proof/scripts/00-inventory", "scripts/00-communicator");
  const proof = { ...settings, WORK_DIRECTORY: "C:/eks-windows-images-proof" };
  const situation = { machine, settings: proof, network: network(), packerDir: packer };
  return { ...(await healthyResponse("10-checks", situation)), machine };
}

export async function failedChecks(image: Disk): Promise<string[]> {
  const { files, stderr } = await prove(image);
  if (stderr) throw new Error(stderr);
  const { checks } = JSON.parse(String(files["C:/eks-windows-images-proof/output/proof.json"]));
  return checks.filter((check: { passed: boolean }) => !check.passed).map((check: { name: string }) => check.name);
}
