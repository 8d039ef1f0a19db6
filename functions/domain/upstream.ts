import type { Availability, Observed } from "../config/observed.ts";
import { recipeOf, type Variant } from "../config/variant.ts";

/** What AWS and Kubernetes offer a variant. */
export interface Upstream {
  /** Name of the base family's public parameter. */
  baseParameter: string;
  /** AMI ID behind that parameter. */
  baseAmi: Observed;
  /** Whether an instance can start from that AMI: AWS withdraws old ones. */
  baseImage: Availability;
  /** When that AMI was released, in milliseconds since the epoch; undefined if EC2 did not say. */
  baseReleasedAt: number | undefined;
  /** Patch version without `v`. */
  kubernetes: Observed;
  /** AMI ID of AWS's newest EKS image of the minor, the source of a harvest; set on the assemble recipe only. */
  harvestSource: Observed | undefined;
  /** Whether an instance can start from the harvest's source. */
  harvestImage: Availability | undefined;
}

/** AWS's public parameter for the newest image of a base family. The EKS and EC2 Windows guides give the names. */
export function baseParameterOf({ windows, edition, base, kubernetes }: Variant): string {
  const family = `/aws/service/ami-windows-latest/Windows_Server-${windows}-English-${edition}-${base}`;
  return base === "EKS_Optimized" ? `${family}-${kubernetes}/image_id` : family;
}

/**
 * The parameter of the image to harvest from: AWS's EKS image of the same Windows and minor, always the Core edition.
 */
export function harvestParameterOf(variant: Variant): string | undefined {
  if (recipeOf(variant) === "layer") return undefined;
  return baseParameterOf({ ...variant, edition: "Core", base: "EKS_Optimized" });
}
