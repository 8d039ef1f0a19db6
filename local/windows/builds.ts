import { hash } from "node:crypto";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Versions } from "../../functions/config/versions.ts";
import { type Base, createBase } from "./bases.ts";
import type { Machine, Started } from "./machine.ts";
import { orderOfBuild, recordedOrder } from "./packer-order.ts";
import { launch, type Run, runOrder, type StepRun, succeeded } from "./run-order.ts";
import { kubernetesReleaseUrl, type Workbench } from "./workbench.ts";

/** What to build, as far as the scripts learn of it. */
export type BuildOrder = {
  recipe: "layer" | "assemble";
  base: Base;
  kubernetes: string;
  containerImages?: string[];
  harvest?: Harvest;
  /** Other values of the scripts' variables. */
  settings?: Record<string, string>;
};

export type Harvest = { url: string; manifest: string };

/** A run of scripts on one machine. `machine` is switched off. */
export type Finished = { machine: Machine; steps: StepRun[] };

export type BuildOptions = {
  /** The folder with the scripts. */
  packerDir: string;
  before?: Run["before"];
  after?: Run["after"];
  /** Changes the machine before its first start. */
  prepare?: (machine: Machine) => unknown;
};

/** The registries of the recipe's own images. A machine reaches each through a mirror, which is the model's registry. */
const registriesOfRecipe = ["mcr.microsoft.com", "registry.k8s.io"];

/** Runs the build's scripts to the end of the task that generalizes Windows, or to the first script that fails. */
export async function buildImage(bench: Workbench, order: BuildOrder, options: BuildOptions): Promise<Finished> {
  const run = await startBuild(bench, order, options);
  const steps = await runOrder(run);
  if (steps.every(succeeded)) steps.push({ script: "generalize", ...(await run.machine.runDueTasks()) });
  await run.machine.switchOff();
  return { machine: run.machine, steps };
}

/** Starts a new machine of the base, on which the build's scripts can be run. */
export async function startBuild(bench: Workbench, order: BuildOrder, options: BuildOptions): Promise<Run> {
  const { base, recipe } = order;
  const machine = await createBase(base, bench.newPath(`${recipe}-${base.windows}`), bench);
  await options.prepare?.(machine);
  const run = await buildRun(bench, order, { ...options, machine });
  await launch(run);
  return run;
}

/** The run of a build on a machine that exists already. */
export async function buildRun(
  bench: Workbench,
  order: BuildOrder,
  { packerDir, before, after, machine }: BuildOptions & { machine: Machine },
): Promise<Run> {
  const { recipe, base, kubernetes, containerImages = [], harvest } = order;
  const registries = [...registriesOfRecipe, ...containerImages.map((reference) => reference.split("/")[0] ?? "")];
  return {
    machine,
    before,
    after,
    order: orderOfBuild(recipe, base.edition),
    packerDir: await published(bench, order, packerDir),
    settings: {
      WINDOWS: base.windows,
      EDITION: base.edition,
      KUBERNETES_VERSION: kubernetes,
      KUBERNETES_RELEASE_URL: kubernetesReleaseUrl,
      CONTAINER_IMAGES: JSON.stringify(containerImages),
      REGISTRY_MIRRORS: JSON.stringify(Object.fromEntries(registries.map((name) => [name, [bench.registry.url]]))),
      ...(harvest ? { HARVEST_URL: harvest.url, HARVEST_MANIFEST: harvest.manifest } : {}),
      ...order.settings,
    },
  };
}

/** Starts a new machine from an image and runs the proof on it. */
export async function proveImage(
  bench: Workbench,
  image: Machine,
  { kubernetes, containerImages = [], settings }: BuildOrder,
  { packerDir, before, prepare, after }: BuildOptions,
): Promise<Finished & Started> {
  const machine = await image.copy(bench.newPath("proof"));
  await prepare?.(machine);
  const run: Run = {
    machine,
    before,
    after,
    order: recordedOrder("proof"),
    packerDir,
    settings: { KUBERNETES_VERSION: kubernetes, CONTAINER_IMAGES: JSON.stringify(containerImages), ...settings },
  };
  const { userData } = await launch(run);
  const steps = await runOrder(run);
  await machine.switchOff();
  return { machine, steps, userData };
}

/** Starts a new machine of an image with nothing changed and looks at it. */
export async function contactImage(
  bench: Workbench,
  base: Base,
  { packerDir, prepare }: BuildOptions,
): Promise<Finished> {
  const machine = await createBase(base, bench.newPath(`contact-${base.windows}`), bench);
  await prepare?.(machine);
  const run: Run = { machine, order: recordedOrder("first-contact"), packerDir };
  await launch(run);
  const steps = await runOrder(run);
  await machine.switchOff();
  return { machine, steps };
}

/** Harvests an EKS image. The harvest is in the workbench's S3. */
export async function harvestImage(
  bench: Workbench,
  base: Base,
  { packerDir, prepare, after }: BuildOptions,
): Promise<Finished & Harvest> {
  const url = `s3://bucket/harvest/ami-${base.windows}`;
  const machine = await createBase(base, bench.newPath(`harvest-${base.windows}`), bench);
  await prepare?.(machine);
  const settings = { HARVEST_URL: url, HARVEST_RECIPE: "recipe" };
  const run: Run = { machine, order: recordedOrder("harvest"), packerDir, settings, after };
  await launch(run);
  const steps = await runOrder(run);
  await machine.switchOff();
  const manifest = await bench.objects.get("bucket", `harvest/ami-${base.windows}/manifest.json`).catch(() => "");
  return { machine, steps, url, manifest: hash("sha256", manifest) };
}

/**
 * Harvests an EKS image for an assembled one.
 * @throws Error with the script's output if it fails
 */
export async function takeHarvest(bench: Workbench, base: Base, options: BuildOptions): Promise<Harvest> {
  const { machine, steps, url, manifest } = await harvestImage(bench, base, options);
  await machine.remove();
  const failed = steps.find((step) => !succeeded(step));
  if (failed) throw new Error(`${failed.script} of the harvest failed:\n${failed.stdout}\n${failed.stderr}`);
  return { url, manifest };
}

/** The folder of the scripts with the checksums of what the model's publishers have. */
async function published(bench: Workbench, order: BuildOrder, packerDir: string): Promise<string> {
  const { base, kubernetes, containerImages = [] } = order;
  const { artifacts }: Versions = JSON.parse(readFileSync(join(packerDir, "versions.json"), "utf8"));
  const pauses = artifacts.flatMap((artifact) => (artifact.kind === "image" ? [artifact.reference] : []));
  for (const reference of [...pauses, ...containerImages]) bench.registry.publish(reference.replace(/^[^/]+\//, ""));
  const need = { name: "the build", windows: Number(base.windows), kubernetes, base: base.kind };
  const versions = await bench.publications.versionsFor(need, bench.registry);
  const directory = bench.newPath("packer");
  cpSync(packerDir, directory, { recursive: true });
  writeFileSync(join(directory, "versions.json"), JSON.stringify(versions, null, 2));
  return directory;
}
