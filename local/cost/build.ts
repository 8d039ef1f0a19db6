import { z } from "zod";
import { type ConfigurationInput, parseConfiguration } from "../../functions/config/configuration.ts";
import type { CreatedResource } from "../deploy/cloud.ts";
import { buildSteps, type Machine, minutesOfBuild } from "./build-steps.ts";
import { assumptions, type Cost, imageStorage } from "./idle.ts";
import { prices } from "./prices.ts";

/** Quantities of a build that the resources do not contain. */
const assumed = {
  /** CodeBuild's log, measured in rehearsals. */
  logMib: 1,
  /** Report, records and what the guest reports. */
  puts: 20,
  /** What an image with two container images uses of its disk. */
  usedGib: 40,
};

/** gp3 has this much without a charge. */
const free = { iops: 3_000, mibPerSecond: 125 };

const Project = z.object({
  environment: z.object({
    computeType: z.string(),
    environmentVariables: z.array(z.object({ name: z.string(), value: z.string() })),
  }),
});

/**
 * What a build of the first variant costs, with its proof, in the order of AWS's bill. Data that comes in is free, and
 * with `network: { kind: "vpc" }` a NAT gateway's charge for it comes on top.
 * @throws Error for a compute or instance type without a price
 */
export function buildCosts(resources: readonly CreatedResource[], configuration: ConfigurationInput): Cost[] {
  const project = resources.find(({ type }) => type === "aws:codebuild/project:Project");
  const { computeType, environmentVariables } = Project.parse(project?.inputs).environment;
  const deployment = environmentVariables.find(({ name }) => name === "PACKER_DEPLOYMENT")?.value ?? "{}";
  const { instance_type: instanceType } = z.object({ instance_type: z.string() }).parse(JSON.parse(deployment));
  const [variant] = parseConfiguration(configuration).variants;
  if (!variant) throw new Error("pricing a build: the configuration has no variant");
  const instance = priceOf(prices.instanceHour, instanceType);
  const disk = diskHour(variant.diskGiB, variant.diskThroughput);
  const [builder, proof] = [hoursOf("builder"), hoursOf("proof")];
  const licence = instance.vcpus * prices.windowsVcpuHour;
  return [
    { resource: "CodeBuild", usd: minutesOfBuild("minutes") * priceOf(prices.buildMinute, computeType) },
    { resource: "builder", usd: builder * instance.usd },
    { resource: "builder, Windows licence", usd: builder * licence },
    { resource: "builder, disk", usd: (builder + hoursOf("stopped builder")) * disk },
    { resource: "proof", usd: proof * instance.usd },
    { resource: "proof, Windows licence", usd: proof * licence },
    { resource: "proof, disk", usd: proof * disk },
    { resource: "public addresses", usd: (builder + proof) * prices.addressHour },
    { resource: "log", usd: (assumed.logMib / 1024) * prices.logGib },
    { resource: "S3", usd: assumed.puts * prices.s3Put },
  ];
}

/** USD for each month in which an image is kept. */
export function monthOfImage(): number {
  return imageStorage({ images: 1, usedGib: assumed.usedGib });
}

/** The hours in which a machine is in this state. */
function hoursOf(machine: Machine): number {
  return buildSteps.reduce((sum, step) => sum + (step.machine === machine ? step.minutes : 0), 0) / 60;
}

/** USD for an hour of a root volume, with the IOPS that packer/source.pkr.hcl gives it. */
function diskHour(gib: number, mibPerSecond: number): number {
  const iops = Math.max(free.iops, 4 * mibPerSecond) - free.iops;
  const month =
    gib * prices.gp3Gib + (mibPerSecond - free.mibPerSecond) * prices.gp3MibPerSecond + iops * prices.gp3Iops;
  return month / assumptions.hoursPerMonth;
}

function priceOf<T>(of: Readonly<Record<string, T>>, type: string): T {
  const price = of[type];
  if (price === undefined) throw new Error(`pricing a build: ${type} has no price; add one in local/cost/prices.ts`);
  return price;
}
