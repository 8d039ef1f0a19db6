import { paginateGetParametersByPath, type SSMClient } from "@aws-sdk/client-ssm";
import { knownVariants, type OfferedVariant } from "../../functions/config/known-images.ts";
import { minorOf } from "../../functions/config/kubernetes-versions.ts";
import { Variant } from "../../functions/config/variant.ts";

const folder = "/aws/service/ami-windows-latest";

/** Variants to choose from. */
export interface Offer {
  variants: readonly OfferedVariant[];
  /** Why they come from the built-in list; undefined if AWS has said them. */
  guessed?: string;
}

/** The variants whose EKS image AWS publishes in this Region. Never throws: without an answer it is the built-in list. */
export async function readOffer(client: SSMClient): Promise<Offer> {
  try {
    const names: string[] = [];
    const asked = { Path: folder, Recursive: true };
    for await (const { Parameters = [] } of paginateGetParametersByPath({ client, pageSize: 10 }, asked))
      names.push(...Parameters.flatMap(({ Name }) => Name ?? []));
    const variants = variantsIn(names);
    return variants.length > 0 ? { variants } : guess(`${folder} has no EKS image`);
  } catch (error) {
    const { name, message } = error as Error;
    return guess(name === "Error" ? message : `${name}: ${message}`);
  }
}

function guess(guessed: string): Offer {
  return { variants: newestFirst(knownVariants), guessed };
}

/** Those with an EKS image among the names of public parameters, the newest Windows and Kubernetes first. */
export function variantsIn(names: readonly string[]): OfferedVariant[] {
  const offered = names.flatMap((name) => {
    const [, windows, edition, kubernetes] =
      /\/Windows_Server-(\d{4})-English-(Core|Full)-EKS_Optimized-(1\.\d+)\/image_id$/.exec(name) ?? [];
    const parsed = Variant.safeParse({ windows: Number(windows), edition, kubernetes });
    // Releases of Windows and Kubernetes that config.ts does not know are left out.
    return parsed.success ? [parsed.data] : [];
  });
  return newestFirst(offered.map(({ windows, edition, kubernetes }) => ({ windows, edition, kubernetes })));
}

function newestFirst(variants: readonly OfferedVariant[]): OfferedVariant[] {
  return variants.toSorted(
    (a, b) =>
      b.windows - a.windows || minorOf(b.kubernetes) - minorOf(a.kubernetes) || a.edition.localeCompare(b.edition),
  );
}

/** `windows-2022-core-1.35`, the name that config.ts gives it. */
export function nameOf({ windows, edition, kubernetes }: OfferedVariant): string {
  return `windows-${windows}-${edition.toLowerCase()}-${kubernetes}`;
}

/** The variant of the shipped config.ts if AWS has its image, else the newest of its Windows. */
export function usualVariant(offered: readonly OfferedVariant[]): OfferedVariant | undefined {
  const candidates = offered.filter(({ windows, edition }) => windows === 2022 && edition === "Core");
  return (
    candidates.find(({ kubernetes }) => kubernetes === "1.35") ??
    candidates.toSorted((a, b) => minorOf(b.kubernetes) - minorOf(a.kubernetes))[0] ??
    offered[0]
  );
}
