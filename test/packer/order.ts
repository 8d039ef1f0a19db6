import { type Configuration, parseConfiguration } from "../../functions/config/configuration.ts";
import type { Variant } from "../../functions/config/variant.ts";
import type { HarvestWish, ImageWish } from "../../functions/domain/build-orders.ts";
import type { Inputs } from "../../functions/domain/inputs.ts";

/** A container image that is wanted in every machine image here. */
export const reference = "mcr.microsoft.com/windows/nanoserver:ltsc2022";

/** One variant of each recipe; a desktop has one step more. */
export function configurationOf(kubernetesReleaseUrl: string, updateRounds: number): Configuration {
  const common = {
    windows: 2022,
    kubernetes: "1.35",
    containerImages: [reference],
    registryMirrors: { "docker.io": ["https://mirror.example.com/v2/docker"] },
    deniedUpdates: ["KB5040437"],
    diskGiB: 120,
  } as const;
  return parseConfiguration({
    variants: [
      { ...common, name: "layer" },
      { ...common, name: "assemble", edition: "Full", base: "Base" },
    ],
    policies: { kubernetesReleaseUrl, updateRounds },
  });
}

const { variants } = configurationOf("https://dl.k8s.io", 1);
const [layer, assemble] = variants as [Variant, Variant];

/** What every image here is made from besides its base: updates that are younger than AWS's images are. */
const inputs: Omit<Inputs, "baseAmi"> = {
  kubernetes: "1.35.8",
  patchTuesday: "2026-11-10",
  recipe: "a".repeat(64),
  settings: "b".repeat(64),
};

/** @param attempt tells builds apart that are made side by side */
export function layered(baseAmi: string, attempt: number): ImageWish {
  return {
    purpose: "build",
    variant: layer,
    inputs: { ...inputs, baseAmi },
    attempt,
    reasons: ["first image of the variant"],
    baseReleased: "2026-10-14",
    harvestSource: undefined,
  };
}

/** @param harvest AWS's EKS image that was harvested, and the SHA-256 of the manifest */
export function assembled(baseAmi: string, harvest: { image: string; manifest: string }, attempt: number): ImageWish {
  return {
    ...layered(baseAmi, attempt),
    variant: assemble,
    inputs: { ...inputs, baseAmi, harvest: harvest.manifest },
    harvestSource: harvest.image,
  };
}

export function harvested(eksImage: string, attempt: number): HarvestWish {
  return {
    purpose: "harvest",
    variant: assemble,
    inputs: { baseAmi: eksImage, recipe: inputs.recipe },
    attempt,
    reasons: [`nothing is harvested from ${eksImage} yet`],
  };
}
