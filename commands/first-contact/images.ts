import { uniqBy } from "es-toolkit";
import type { Configuration } from "../../functions/config/configuration.ts";
import type { Variant } from "../../functions/config/variant.ts";
import { baseParameterOf, harvestParameterOf } from "../../functions/domain/upstream.ts";
import type { FirstContact } from "./file.ts";

/** One of AWS's public images to look at: the name of its parameter, and of the file that it gets. */
export type ImageToSee = Pick<FirstContact, "windows" | "edition" | "family" | "kubernetes"> & {
  parameter: string;
  file: string;
};

/**
 * The images to look at: of each Windows release and base family the first that the variants name, and for those that
 * are assembled also AWS's EKS image, which they are compared with.
 * @param releases Windows releases; all that the variants name if empty
 * @throws Error if no variant has one of the releases
 */
export function imagesToSee({ variants }: Pick<Configuration, "variants">, releases: string[] = []): ImageToSee[] {
  const strange = releases.find((release) => !variants.some(({ windows }) => `${windows}` === release));
  if (strange) throw new Error(`config.ts names no variant with Windows ${strange}`);
  const wanted = variants.filter(({ windows }) => releases.length === 0 || releases.includes(`${windows}`));
  const images = wanted.flatMap((variant) => {
    const harvested = harvestParameterOf(variant);
    const eks: Variant = { ...variant, edition: "Core", base: "EKS_Optimized" };
    return [imageOf(variant, baseParameterOf(variant)), ...(harvested ? [imageOf(eks, harvested)] : [])];
  });
  return uniqBy(images, ({ file }) => file);
}

function imageOf({ windows, edition, base, kubernetes }: Variant, parameter: string): ImageToSee {
  return {
    windows: `${windows}`,
    edition,
    family: base,
    kubernetes: base === "EKS_Optimized" ? kubernetes : null,
    parameter,
    file: `${windows}-${base}.json`,
  };
}
