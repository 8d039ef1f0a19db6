import * as z from "zod";
import { ContainerImage, Minor, Mirror, RegistryHost, text, whole } from "./fields.ts";
import { minorOf } from "./kubernetes-versions.ts";

/**
 * The three families of AWS's public parameters that an image can be built on (`/aws/service/ami-windows-latest/…`).
 */
export const baseFamilies = ["EKS_Optimized", "ContainersLatest", "Base"] as const;

/** How an image is built: on AWS's EKS image, or on a plain Windows with everything that AWS adds to it. */
export type Recipe = "layer" | "assemble";

export function recipeOf({ base }: { base: (typeof baseFamilies)[number] }): Recipe {
  return base === "EKS_Optimized" ? "layer" : "assemble";
}

const fewMirrors = "1 to 5 mirrors";

export const VariantName = text(
  /^[a-z0-9][a-z0-9.-]{0,63}$/,
  "1 to 64 of a-z, 0-9, dot and hyphen, the first a letter or digit",
);

/** One line of Windows images for EKS. The name is the identity: renaming a variant removes it and adds another. */
export const Variant = z
  .strictObject({
    /** If left out, Windows release, edition and Kubernetes minor make the name: `windows-2022-core-1.35`. */
    name: VariantName.optional(),
    /** The Windows Server release. 2025 needs Kubernetes 1.35 or newer. */
    windows: z.literal([2019, 2022, 2025]),
    /** `Full` is Windows with a desktop. */
    edition: z.enum(["Core", "Full"]).default("Core"),
    /** The Kubernetes minor of the clusters that the nodes join. */
    kubernetes: Minor,
    /**
     * AWS's image that a build begins with. On `EKS_Optimized` a build adds to AWS's EKS image, on the others to a plain
     * Windows (docs/design.md, "Two recipes"). `ContainersLatest` has no Windows 2025.
     */
    base: z.enum(baseFamilies).default("EKS_Optimized"),
    /**
     * Pulled into the image, so that nodes start these pods without a download. Of the registries that need a login,
     * only ECR's are possible: see `registryAccounts`.
     */
    containerImages: z.array(ContainerImage).max(40, "at most 40").default([]),
    /** Mirrors by registry host, tried in this order. */
    registryMirrors: z.record(RegistryHost, z.array(Mirror).min(1, fewMirrors).max(5, fewMirrors)).default({}),
    /** Updates not to install. Updates that never install unattended are always left out. */
    deniedUpdates: z.array(text(/^KB\d{6,8}$/, 'an update such as "KB5040437"')).default([]),
    /** Root volume in GiB. AWS's default of 30 to 50 is too small for cached container images. */
    diskGiB: whole(50, 16384).default(100),
    /**
     * Throughput of the root volume (gp3) in MiB/s while the image is built. More makes updates and pulls faster. EC2
     * records it in the image: nodes get, and pay for, as much, unless their launch template maps `/dev/sda1` itself.
     */
    diskThroughput: whole(125, 1000).default(125),
    /**
     * Takes language, region and time zone out of what Windows sets up at a node's first start: the image has them
     * already. Nobody has measured yet what it saves. With it, somebody who generalizes such an image again in another
     * language sets the language himself.
     */
    skipRegionalSetup: z.boolean().default(false),
  })
  .superRefine((variant, context) => {
    if (variant.windows === 2025 && minorOf(variant.kubernetes) < 35)
      context.addIssue({
        code: "custom",
        path: ["kubernetes"],
        message: "1.35 or newer with Windows 2025: EKS has no Windows 2025 image before Kubernetes 1.35",
      });
    if (variant.windows === 2025 && variant.base === "ContainersLatest")
      context.addIssue({
        code: "custom",
        path: ["base"],
        message: "EKS_Optimized or Base: AWS froze ContainersLatest in April 2023 and has none for Windows 2025",
      });
  })
  .transform((variant) => ({ ...variant, name: variant.name ?? derivedName(variant) }));
export type Variant = z.infer<typeof Variant>;

function derivedName(variant: { windows: number; edition: string; kubernetes: string }): string {
  return `windows-${variant.windows}-${variant.edition.toLowerCase()}-${variant.kubernetes}`;
}
