import { hash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { baseDisk, type Disk } from "../../../local/model/disk.ts";
import { createMachine, type Machine } from "../../../local/model/machine.ts";
import { createNetwork, type Network } from "../../../local/model/network.ts";
import { runStep } from "../../../local/steps/all-steps.ts";
import { startWindows } from "../../../local/steps/start-windows.ts";
import type { Settings } from "../../../local/steps/step-context.ts";
import { applyResponse, type StepResponse } from "../../../local/steps/step-response.ts";
import { createStepRules, type Rule } from "../../../local/steps/step-rules.ts";
import { generalize } from "../../../local/steps/sysprep.ts";

export const packer = fileURLToPath(new URL("../../../packer", import.meta.url));
export const nanoserver = "mcr.microsoft.com/windows/nanoserver:ltsc2022";
export const eksImage = "Windows_Server-2022-English-Core-EKS_Optimized-1.35-2026.10.09";
export const plainImage = "Windows_Server-2022-English-Core-Base-2026.10.14";
const work = "C:/eks-windows-images";

/** The environment that the template gives every step. */
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
  /** Steps of the recipe to leave out. */
  without: string[];
  /** The steps to run instead of the recipe's. */
  order: string[];
  rules: Rule[];
  /** The name of AWS's image that is the base. */
  from: string;
  /** The contents of the base, if they differ from AWS's image of that name. */
  base: Disk;
  /** Settings that differ from the template's. */
  given: Settings;
  network: Network;
};

/** A network with a bucket that needs no credentials and a Kubernetes release host that has every version. */
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
      const content = binary && sum ? Buffer.from(hash("sha256", binary)) : binary || objects.get(url);
      if (content) return { content, sha256: hash("sha256", content), signer: "" };
      if (url.startsWith("s3:")) throw new Error("aws.exe exited with 254: An error occurred (NoSuchKey)");
      return outside.download(url);
    },
    upload: async (url, content) => void objects.set(url, Buffer.from(content)),
    close: () => {},
  };
}

/** Starts a machine from an image, with these scripts of the recipe as user data. */
export function start(image: Disk, ...scripts: string[]): Machine {
  const userData = scripts.map((name) => readFileSync(`${packer}/${name}.ps1`, "utf8")).join("\n");
  const instance = { instanceId: "i-1", address: "127.77.0.4", imageId: "ami-1", tags: {}, userData };
  const machine = createMachine(instance, image);
  startWindows(machine, packer);
  return machine;
}

/** Runs the steps of a recipe until one fails. `failure`: standard error of the failed step, else empty. */
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
  const { behave, responseTo } = createStepRules();
  rules.forEach(behave);
  const machine = start(base, "scripts/00-communicator");
  for (const name of ["versions.json", "modules/EksWindowsImages/EksWindowsImages.psm1"])
    machine.files.write(`${work}/${name}`, readFileSync(`${packer}/${name}`));
  const context = {
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
    const response = await responseTo(step, machine, () => runStep(step, context));
    applyResponse(machine, response);
    if (response.exitCode === 1) return { machine, failure: response.stderr };
    if (response.stopsItself) generalize(machine);
  }
  return { machine, failure: "" };
}

/** Runs the recipe `assemble` with a harvest of AWS's EKS image. */
export async function assemble(wanted: Partial<Build> = {}) {
  const reached = network();
  const HARVEST_MANIFEST = await harvest(eksImage, reached);
  return build({ recipe: "assemble", from: plainImage, network: reached, given: { HARVEST_MANIFEST }, ...wanted });
}

/** Harvests AWS's image of this name and returns the SHA-256 of the manifest. */
export async function harvest(from: string, into: ReturnType<typeof network>, base?: Disk): Promise<string> {
  const { failure } = await build({ from, ...(base && { base }), order: ["10-harvest"], network: into });
  if (failure) throw new Error(failure);
  return hash("sha256", into.objects.get(`${settings.HARVEST_URL}/manifest.json`) ?? "");
}

/** Runs the boot proof on a machine started from the image. */
export async function prove(image: Disk): Promise<StepResponse & { machine: Machine }> {
  const machine = start(image, "proof/scripts/00-inventory", "scripts/00-communicator");
  const proof = { ...settings, WORK_DIRECTORY: "C:/eks-windows-images-proof" };
  const context = { machine, settings: proof, network: network(), packerDir: packer };
  return { ...(await runStep("10-checks", context)), machine };
}

/** The names of the proof's checks that fail. */
export async function failedChecks(image: Disk): Promise<string[]> {
  const { files, stderr } = await prove(image);
  if (stderr) throw new Error(stderr);
  const { checks } = JSON.parse(String(files["C:/eks-windows-images-proof/output/proof.json"]));
  return checks.filter((check: { passed: boolean }) => !check.passed).map((check: { name: string }) => check.name);
}
