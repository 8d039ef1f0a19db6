import * as z from "zod";
import { Minor } from "./fields.ts";
import { minorOf } from "./kubernetes-versions.ts";
import { day } from "./time.ts";
import { type baseFamilies, recipeOf } from "./variant.ts";

const WebUrl = z.url({ protocol: /^https?$/ });

const common = {
  name: z.string().regex(/^[a-z0-9-]+$/),
  version: z.string().regex(/^\d+(\.\d+)+$/),
  recipes: z.array(z.enum(["layer", "assemble"])).min(1),
  /** The releases of Windows Server that need it; absent if all do. */
  windows: z
    .array(z.enum(["2019", "2022", "2025"]))
    .min(1)
    .optional(),
  /** The Kubernetes minors that need it, both inclusive; absent if all do. */
  minors: z.strictObject({ from: Minor.optional(), to: Minor.optional() }).optional(),
  /** The last day on which its publisher mends it, such as 2028-04-30, and who says so; absent if nobody does. */
  supported: z.strictObject({ until: z.iso.date(), source: z.string().min(1) }).optional(),
  /** The source of the checksum or digest, or what is known about the version. */
  source: z.string().min(1),
};

/** Pinned by its SHA-256; null until `npm run pin` has asked the publisher. */
const Archive = z.strictObject({
  kind: z.literal("archive"),
  ...common,
  url: WebUrl,
  /** The publisher's checksum file: a text that begins with the sum. */
  checksumUrl: WebUrl,
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable(),
  source: common.source.nullable(),
});

/** Pinned by the digest of its index; null until `npm run pin` has asked the registry. */
const ContainerImage = z.strictObject({
  kind: z.literal("image"),
  ...common,
  /** Registry, name and tag. */
  reference: z.string().regex(/^[a-z0-9.:-]+\/[a-z0-9./_-]+:[\w][\w.-]*$/),
  digest: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/)
    .nullable(),
  source: common.source.nullable(),
});

/** Signed by a publisher that provides no sums: pinned by the organization (O) in the Authenticode subject. */
const Signed = z.strictObject({ kind: z.literal("signed"), ...common, url: WebUrl, signer: z.string().min(1) });

/** Not downloaded: the base must contain it, in this version or a newer one. */
const Base = z.strictObject({ kind: z.literal("base"), ...common });

const AnyArtifact = z.discriminatedUnion("kind", [Archive, ContainerImage, Signed, Base]);
export type Artifact = z.infer<typeof AnyArtifact>;

const Artifact = AnyArtifact.refine((artifact) => !("url" in artifact && /\blatest\b/i.test(artifact.url)), {
  path: ["url"],
  error: "an address whose content never changes",
}).refine((artifact) => isPinned(artifact) === (artifact.source !== null), {
  path: ["source"],
  error: "the source of the checksum or digest; null if there is none",
});

/** `packer/versions.json`: what a build adds to an image besides Kubernetes and harvested files, with versions. */
export const Versions = z.strictObject({ artifacts: z.array(Artifact) });
export type Versions = z.infer<typeof Versions>;

/** @throws Error naming every wrong field */
export function parseVersions(text: string): Versions {
  const result = Versions.safeParse(JSON.parse(text));
  if (result.success) return result.data;
  throw new Error(`packer/versions.json cannot be used:\n${z.prettifyError(result.error)}`);
}

/** The properties of an image that decide which artifacts it needs. */
export type Need = { name: string; windows: number; kubernetes: string; base: (typeof baseFamilies)[number] };

/** Whether a build notices if the artifact is replaced by another file or image. */
export function isPinned(artifact: Artifact): boolean {
  if (artifact.kind === "archive") return artifact.sha256 !== null;
  if (artifact.kind === "image") return artifact.digest !== null;
  return true;
}

export function isNeeded({ recipes, windows, minors }: Artifact, need: Need): boolean {
  const minor = minorOf(need.kubernetes);
  return (
    recipes.includes(recipeOf(need)) &&
    (windows === undefined || windows.some((release) => release === String(need.windows))) &&
    (minors?.from === undefined || minor >= minorOf(minors.from)) &&
    (minors?.to === undefined || minor <= minorOf(minors.to))
  );
}

/** The artifacts that an image needs and that nobody mends any more: `containerd 1.7.27 (until 2026-09-30)`. */
export function unsupported({ artifacts }: Versions, need: Need, now: number): string[] {
  return artifacts
    .filter((artifact) => isNeeded(artifact, need))
    .flatMap(({ name, version, supported }) =>
      supported && now >= Date.parse(supported.until) + day ? [`${name} ${version} (until ${supported.until})`] : [],
    );
}

/**
 * The artifacts that variants need and that are not pinned, with the variants: `containerd 2.1.6, which
 * windows-2022-core-1.36 needs`.
 */
export function unpinned({ artifacts }: Versions, variants: Need[]): string[] {
  return artifacts
    .filter((artifact) => !isPinned(artifact))
    .map((artifact) => ({ artifact, needing: variants.filter((variant) => isNeeded(artifact, variant)) }))
    .filter(({ needing }) => needing.length > 0)
    .map(({ artifact: { name, version }, needing }) => {
      const names = needing.map((variant) => variant.name);
      return `${name} ${version}, which ${names.join(", ")} ${names.length === 1 ? "needs" : "need"}`;
    });
}
