import { Variant } from "./variant.ts";

/**
 * What AWS's EKS images are known to exist for, as of December 2026 (EKS user guide, "Retrieve recommended Microsoft
 * Windows AMI IDs" and "Understand the Kubernetes version lifecycle on EKS"). Only for where AWS cannot be asked.
 */
export const knownMinors = ["1.33", "1.34", "1.35", "1.36"];
export const knownWindows = [2019, 2022, 2025] as const;
export const knownEditions = ["Core", "Full"] as const;

/** A variant as far as AWS's EKS images differ. */
export interface OfferedVariant {
  windows: (typeof knownWindows)[number];
  edition: (typeof knownEditions)[number];
  kubernetes: string;
}

/** The built-in list, without what `config.ts` would refuse. */
export const knownVariants: readonly OfferedVariant[] = knownWindows.flatMap((windows) =>
  knownEditions.flatMap((edition) =>
    knownMinors
      .map((kubernetes) => ({ windows, edition, kubernetes }))
      .filter((offered) => Variant.safeParse(offered).success),
  ),
);
