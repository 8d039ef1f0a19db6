import type { Purpose } from "./builds.ts";
import type { Configuration, Variant } from "./configuration.ts";
import { canonical, clipTag, type Inputs, inputsToTags, type RecordedInputs, sha256, tagPrefix } from "./inputs.ts";

/** What a build is started with. Everything that shapes the image is a pure function of variant, inputs, attempt and policies. */
export interface BuildOrder {
  variant: string;
  purpose: Purpose;
  inputs: RecordedInputs;
  attempt: number;
  /** SHA-256 of all that shapes the image (of `variables` only the reasons are not in it): idempotency token, correlation ID, part of the image's name. */
  token: string;
  /** CodeBuild's environment variables. They are echoed in events and in the console: never a secret. */
  variables: Record<string, string>;
}

/** A build that is wanted. */
export interface BuildWish {
  purpose: "build" | "prove";
  variant: Variant;
  inputs: Inputs;
  /** Counts from 1 among the builds of the same inputs. */
  attempt: number;
  /** Why, one reason a line. */
  reasons: string[];
  /** The image to prove. */
  image?: string;
}

/** What is deployed besides the variant. */
interface Deployed {
  stage: string;
  recipe: string;
  configuration: Configuration;
}

/** Characters that reasons may have in a build's variables. */
const longestReasons = 600;

/**
 * The order that fulfils a wish.
 * @param recipe the deployed one: what CodeBuild receives, also where it proves an image of an older recipe
 */
export function orderBuild(wish: BuildWish, { stage, recipe, configuration: { policies } }: Deployed): BuildOrder {
  const { purpose, variant, inputs, attempt, image } = wish;
  const { updateRounds, kubernetesReleaseUrl } = policies;
  const shape = [
    stage,
    variant.name,
    purpose,
    image ?? "",
    attempt,
    canonical(inputs),
    recipe,
    updateRounds,
    kubernetesReleaseUrl,
  ];
  const token = sha256(JSON.stringify(shape));
  const reasons = wish.reasons.join("\n").slice(0, longestReasons);
  const identity = {
    [`${tagPrefix}stage`]: stage,
    [`${tagPrefix}variant`]: variant.name,
    [`${tagPrefix}token`]: token,
  };
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
      RECIPE: recipe,
      ATTEMPT: String(attempt),
      TOKEN: token,
      REASONS: reasons,
      ...(image && { IMAGE_ID: image }),
      PACKER_VARIABLES: JSON.stringify({
        stage,
        variant: variant.name,
        token,
        image_name: `eks-windows-images/${stage}/${variant.name}/${token.slice(0, 12)}`,
        windows: String(variant.windows),
        edition: variant.edition,
        base_family: variant.base,
        source_ami: inputs.baseAmi,
        kubernetes_version: inputs.kubernetes,
        patch_tuesday: inputs.patchTuesday,
        container_images: variant.containerImages,
        registry_mirrors: variant.registryMirrors,
        denied_updates: variant.deniedUpdates,
        disk_gib: variant.diskGiB,
        update_rounds: updateRounds,
        kubernetes_release_url: kubernetesReleaseUrl,
        image_tags: { ...identity, ...inputsToTags(inputs), [`${tagPrefix}reasons`]: clipTag(reasons) },
      }),
    },
  };
}
