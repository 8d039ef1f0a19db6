import { type Configuration, parseConfiguration } from "../../functions/config/configuration.ts";
import type { Variant } from "../../functions/config/variant.ts";
import type { HarvestWish, ImageWish } from "../../functions/domain/build-orders.ts";
import type { Inputs } from "../../functions/domain/inputs.ts";

/** The container image that every variant of these tests names. */
export const reference = "mcr.microsoft.com/windows/nanoserver:ltsc2022";

/** One variant of each recipe. The edition with a desktop has one more step. */
export function configurationOf(kubernetesReleaseUrl: string, updateRounds: number, subnetId?: string): Configuration {
  const common = {
    windows: 2022,
    kubernetes: "1.35",
    containerImages: [reference],
    registryMirrors: { "docker.io": ["https://mirror.example.com/v2/docker"] },
    deniedUpdates: ["KB5040437"],
    diskGiB: 120,
    diskThroughput: 250,
  } as const;
  return parseConfiguration({
    variants: [
      { ...common, name: "layer" },
      { ...common, name: "assemble", edition: "Full", base: "Base" },
    ],
    policies: { kubernetesReleaseUrl, updateRounds, network: { kind: "public", subnetId } },
  });
}

const { variants } = configurationOf("https://dl.k8s.io", 1);
const [layer, assemble] = variants as [Variant, Variant];

/** The other inputs of every image of these tests. The updates are newer than AWS's images. */
const inputs: Omit<Inputs, "baseAmi"> = {
  kubernetes: "1.35.8",
  patchTuesday: "2026-11-10",
  recipe: "a".repeat(64),
  settings: "b".repeat(64),
};

/** @param attempt distinguishes concurrent builds */
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

/** @param harvest the harvested EKS image of AWS and the SHA-256 of its manifest */
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
