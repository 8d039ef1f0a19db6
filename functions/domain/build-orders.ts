import type { Configuration, Variant } from "../config/configuration.ts";
import { canonical, clipTag, type Inputs, inputsToTags, type RecordedInputs, sha256, tagPrefix } from "./inputs.ts";
import type { Purpose } from "./purposes.ts";

/** What a build is started with. Everything that shapes the image is a pure function of variant, inputs, attempt and policies. */
export interface BuildOrder {
  variant: string;
  purpose: Purpose;
  inputs: RecordedInputs;
  attempt: number;
  /**
   * SHA-256 of all that shapes what the build makes: idempotency token, correlation ID, part of the image's name. Not in it are the reasons, the
   * base's release date (it follows from the base), the place of harvested files (their manifest's hash is an input) and who starts a harvest.
   */
  token: string;
  /** CodeBuild's environment variables. They are echoed in events and in the console: never a secret. */
  variables: Record<string, string>;
}

interface Wish {
  variant: Variant;
  /** Counts from 1 among the builds of the same inputs. */
  attempt: number;
  /** Why, one reason a line. */
  reasons: string[];
}

/** An image that is wanted. */
export interface BuildWish extends Wish {
  purpose: "build";
  inputs: Inputs;
  /** The day on which AWS released the base, `YYYY-MM-DD`. */
  baseReleased: string;
  /** AWS's EKS image that `inputs.harvest` was taken from; undefined on the layer recipe. */
  harvestSource: string | undefined;
}

/** A proof that is wanted. */
export interface ProofWish extends Wish {
  purpose: "prove";
  /** Of the image. */
  inputs: Inputs;
  image: string;
}

/** A harvest that is wanted. */
export interface HarvestWish extends Wish {
  purpose: "harvest";
  inputs: HarvestInputs;
}

/** What a harvest is made from: AWS's EKS image and the deployed recipe. */
export type HarvestInputs = { baseAmi: string; recipe: string };

/** What is deployed besides the variant. */
export interface Deployed {
  stage: string;
  recipe: string;
  harvestRecipe: string;
  configuration: Configuration;
}

/** Characters that reasons may have in a build's variables. */
const longestReasons = 400;

/**
 * The order that fulfils a wish.
 * @param deployed its recipe is the one that CodeBuild receives, also where it proves an image of an older one
 */
export function orderBuild(wish: BuildWish | ProofWish | HarvestWish, deployed: Deployed): BuildOrder {
  const { purpose, variant, inputs, attempt } = wish;
  const token = sha256(JSON.stringify(shapeOf(wish, deployed)));
  const reasons = wish.reasons.join("\n").slice(0, longestReasons);
  const image = imageOf(wish);
  return {
    variant: variant.name,
    purpose,
    inputs,
    attempt,
    token,
    variables: {
      PURPOSE: purpose,
      VARIANT: variant.name,
      INPUTS: JSON.stringify(inputs),
      RECIPE: deployed.recipe,
      ATTEMPT: String(attempt),
      TOKEN: token,
      REASONS: reasons,
      ...(image && { IMAGE_ID: image }),
      PACKER_VARIABLES: JSON.stringify({
        ...identityVariables(wish, token, deployed),
        ...(wish.purpose === "harvest"
          ? { source_ami: wish.inputs.baseAmi, harvest_recipe: deployed.harvestRecipe }
          : imageVariables(wish, token, reasons, deployed)),
      }),
    },
  };
}

/** All that shapes what is made. */
function shapeOf(wish: BuildWish | ProofWish | HarvestWish, { stage, recipe, harvestRecipe, configuration }: Deployed) {
  const { updateRounds, kubernetesReleaseUrl } = configuration.policies;
  const common = [stage, wish.purpose, wish.attempt, canonical(wish.inputs), recipe];
  if (wish.purpose === "harvest") return [...common, harvestRecipe];
  return [...common, wish.variant.name, imageOf(wish) ?? "", updateRounds, kubernetesReleaseUrl];
}

/** The image that a build is pointed at: the one to prove, or AWS's to harvest from. */
function imageOf(wish: BuildWish | ProofWish | HarvestWish): string | undefined {
  if (wish.purpose === "build") return undefined;
  return wish.purpose === "prove" ? wish.image : wish.inputs.baseAmi;
}

function identityVariables({ variant }: Wish, token: string, { stage }: Deployed) {
  return {
    stage,
    variant: variant.name,
    token,
    image_name: `eks-windows-images/${stage}/${variant.name}/${token.slice(0, 12)}`,
    windows: String(variant.windows),
  };
}

function imageVariables(
  wish: BuildWish | ProofWish,
  token: string,
  reasons: string,
  { stage, configuration }: Deployed,
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
    update_rounds: updateRounds,
    kubernetes_release_url: kubernetesReleaseUrl,
    image_tags: { ...identity, ...inputsToTags(inputs), [`${tagPrefix}reasons`]: clipTag(reasons) },
  };
}
