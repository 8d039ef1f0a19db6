import type { BuildWish, HarvestWish, OrderContext, PlaceToProve } from "./build-orders.ts";
import { clipTag, inputsToTags, tagPrefix } from "./inputs.ts";
import { subnetOf } from "./subnets.ts";

/** The variables of Packer that an order decides; those of the deployment are in infra/builds.ts. */
export function packerVariables(wish: BuildWish, token: string, reasons: string, context: OrderContext) {
  return {
    ...identityVariables(wish, token, context),
    ...(wish.purpose === "harvest"
      ? { source_ami: wish.inputs.baseAmi, harvest_recipe: context.harvestRecipe }
      : imageVariables(wish, token, reasons, context)),
    ...(wish.purpose === "prove-place" && variablesThere(wish.place)),
  };
}

/** The name of the image that a build makes. */
export function imageName(stage: string, variant: string, token: string): string {
  return `eks-windows-images/${stage}/${variant}/${token.slice(0, 12)}`;
}

/**
 * A reason may quote what the tags of an earlier image record. Packer renders tags as templates of Go, and misses the
 * quote after some characters, such as U+08E2, that belong to the next one (hashicorp/hcl scans by grapheme clusters).
 */
function forPacker(text: string): string {
  return text.replace(/[^ -~\n→…]/gu, "_").replace(/\{(?=\{)/g, "{ ");
}

function identityVariables(wish: BuildWish, token: string, { stage, configuration: { policies } }: OrderContext) {
  const { variant, attempt } = wish;
  const earlier = wish.purpose === "prove" ? wish.madeInAttempt - 1 : 0;
  return {
    stage,
    subnet_id: subnetOf(policies.network, earlier + attempt),
    variant: variant.name,
    token,
    image_name: imageName(stage, variant.name, token),
    windows: String(variant.windows),
  };
}

/** An image is booted in a place, outside a VPC of home's, and no image is made there. */
function variablesThere({ region }: PlaceToProve) {
  return { region, subnet_id: "", iam_instance_profile: "", image_tags: {} };
}

function imageVariables(
  wish: Exclude<BuildWish, HarvestWish>,
  token: string,
  reasons: string,
  { stage, configuration }: OrderContext,
) {
  const { variant, inputs } = wish;
  const { updateRounds, kubernetesReleaseUrl } = configuration.policies;
  const identity = {
    [`${tagPrefix}stage`]: stage,
    [`${tagPrefix}variant`]: variant.name,
    [`${tagPrefix}token`]: token,
  };
  return {
    edition: variant.edition,
    base_family: variant.base,
    source_ami: inputs.baseAmi,
    source_ami_released: wish.purpose === "build" ? wish.baseReleased : "",
    harvest_source: (wish.purpose === "build" && wish.harvestSource) || "",
    harvest_manifest: (wish.purpose === "build" && inputs.harvest) || "",
    kubernetes_version: inputs.kubernetes,
    patch_tuesday: inputs.patchTuesday,
    container_images: variant.containerImages,
    registry_mirrors: variant.registryMirrors,
    denied_updates: variant.deniedUpdates,
    disk_gib: variant.diskGiB,
    disk_throughput: variant.diskThroughput,
    skip_regional_setup: variant.skipRegionalSetup,
    update_rounds: updateRounds,
    kubernetes_release_url: kubernetesReleaseUrl,
    image_tags: { ...identity, ...inputsToTags(inputs), [`${tagPrefix}reasons`]: clipTag(forPacker(reasons)) },
  };
}
