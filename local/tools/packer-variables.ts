import { variablesOf } from "../../commands/first-contact/contact.ts";
import { parseConfiguration } from "../../functions/config/configuration.ts";
import type { Variant } from "../../functions/config/variant.ts";
import { type BuildWish, type ImageWish, orderBuild } from "../../functions/domain/build-orders.ts";

const recipe = "a".repeat(64);
const configuration = parseConfiguration({
  variants: [
    {
      windows: 2022,
      kubernetes: "1.35",
      containerImages: ["mcr.microsoft.com/windows/nanoserver:ltsc2022"],
      registryMirrors: {
        "docker.io": ["https://mirror.example.com/v2/docker", "https://mirror.example.com/team@2/x"],
      },
      deniedUpdates: ["KB5040437"],
    },
    { name: "assembled", windows: 2022, kubernetes: "1.35", base: "Base" },
  ],
  policies: {
    network: { kind: "vpc", vpcId: "vpc-0123456789abcdef0", subnetIds: ["subnet-0123456789abcdef0"] },
  },
});
const [layered, assembled] = configuration.variants as [Variant, Variant];
const harvestSource = "ami-0123456789abcdef2";

/** One build of each kind, as the plan wishes for it. */
const wishes = {
  layer: build(layered),
  assemble: build(assembled),
  harvest: {
    purpose: "harvest",
    variant: assembled,
    inputs: { baseAmi: harvestSource, recipe },
    attempt: 1,
    reasons: [`nothing is harvested from ${harvestSource} yet`],
  },
} satisfies Record<string, BuildWish>;
export type OrderedKind = keyof typeof wishes;

/**
 * Packer's variables as the service sends them with a build. They come from the service's own code, so that a
 * check of the templates fails when a variable is renamed on one side only.
 */
export function orderedVariables(kind: OrderedKind = "layer"): Record<string, unknown> {
  const deployed = { stage: "production", recipe, harvestRecipe: "c".repeat(64), configuration, images: new Map() };
  return JSON.parse(orderBuild(wishes[kind], deployed).variables.PACKER_VARIABLES ?? "");
}

function build(variant: Variant): ImageWish {
  const assembles = variant.base !== "EKS_Optimized";
  return {
    purpose: "build",
    variant,
    inputs: {
      baseAmi: "ami-0123456789abcdef0",
      kubernetes: "1.35.8",
      patchTuesday: "2026-11-10",
      recipe,
      settings: "b".repeat(64),
      ...(assembles && { harvest: "d".repeat(64) }),
    },
    attempt: 1,
    reasons: ["first image of the variant"],
    baseReleased: "2026-11-03",
    harvestSource: assembles ? harvestSource : undefined,
  };
}

/** The variables that the infrastructure adds when the user configures a VPC. */
export const deploymentVariables = {
  region: "us-east-1",
  instance_type: "m7i.xlarge",
  volume_key_arn: "arn:aws:kms:us-east-1:123456789012:key/0123abcd-0123-4567-89ab-0123456789ab",
  security_group_ids: ["sg-0123456789abcdef0"],
  ssh_interface: "private_ip",
  associate_public_ip_address: false,
  iam_instance_profile: "guest",
  harvest_instance_profile: "harvest",
  bucket: "artifacts",
};

/** The variables of a first contact, as its command writes them. */
export function contactVariables(): Record<string, unknown> {
  const place = { region: deploymentVariables.region, address: "203.0.113.7", policies: configuration.policies };
  return variablesOf(place, { source_ami: harvestSource, name: "first contact", output_dir: "output" });
}
