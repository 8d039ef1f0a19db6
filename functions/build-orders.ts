import type { Configuration, Variant } from "./configuration.ts";
import { canonical, clipTag, type Inputs, inputsToTags, sha256, tagPrefix } from "./inputs.ts";

/** What a build is started with: all of it a pure function of variant, inputs and attempt. */
export interface BuildOrder {
  variant: string;
  purpose: "build" | "prove";
  inputs: Inputs;
  attempt: number;
  /** SHA-256 of what stands above: idempotency token, correlation ID, part of the image's name. */
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

/** The order that fulfils a wish. */
export function orderBuild(wish: BuildWish, stage: string, policies: Configuration["policies"]): BuildOrder {
  const { purpose, variant, inputs, attempt, image } = wish;
  const token = sha256(JSON.stringify([stage, variant.name, purpose, image ?? "", attempt, canonical(inputs)]));
  const reasons = wish.reasons.join("\n");
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
      RECIPE: inputs.recipe,
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
        update_rounds: policies.updateRounds,
        kubernetes_release_url: policies.kubernetesReleaseUrl,
        image_tags: { ...identity, ...inputsToTags(inputs), [`${tagPrefix}reasons`]: clipTag(reasons) },
      }),
    },
  };
}
