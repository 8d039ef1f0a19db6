import { minorOf, patchOf } from "../config/kubernetes-versions.ts";
import type { Observed } from "../config/observed.ts";
import { recipeOf, type Variant } from "../config/variant.ts";
import { type Build, latestFirst } from "./builds.ts";
import { type Image, isPublishable, newestFirst, type PublishableImage } from "./images.ts";
import type { IndexedImageWorld, IndexedWorld } from "./indexed-world.ts";
import { type RecordedInputs, settingsHash } from "./inputs.ts";
import type { Upstream } from "./upstream.ts";

/** A variant's images, newest first, whether the variant is configured or removed. */
export interface VariantImages {
  variant: { name: string };
  images: Image[];
  publishable: PublishableImage[];
}

/** What a world holds about one configured variant; images and builds newest first. */
export interface VariantState extends VariantImages {
  variant: Variant;
  upstream: Upstream | undefined;
  /** The inputs as they should be now, without those that upstream did not tell. */
  desired: RecordedInputs;
  /** Why inputs are missing from `desired`. */
  unknown: string[];
  builds: Build[];
}

/** The configured variants' parts of the world, in the order of the configuration. */
export function statesOf(world: IndexedWorld): VariantState[] {
  return world.configuration.variants.map((variant) => stateOf(world, variant));
}

/** One variant's part of the world. */
export function stateOf(world: IndexedWorld, variant: Variant): VariantState {
  const upstream = world.upstream[variant.name];
  const { images, publishable } = variantImages(world, variant.name);
  const harvest = recipeOf(variant) === "assemble" ? harvestInput(world, upstream) : undefined;
  const sources = upstream ? [upstream.baseAmi, upstream.kubernetes, harvest ?? []].flat() : [];
  return {
    variant,
    upstream,
    desired: {
      ...(upstream?.baseAmi.state === "known" && { baseAmi: upstream.baseAmi.value }),
      ...(upstream?.kubernetes.state === "known" && {
        kubernetes: notBelow(publishable[0], upstream.kubernetes.value),
      }),
      patchTuesday: world.patchTuesday,
      recipe: world.recipe,
      settings: settingsHash(variant),
      ...(harvest?.state === "known" && { harvest: harvest.value }),
      ...(world.requests[variant.name] && { request: world.requests[variant.name]?.id }),
    },
    unknown: upstream
      ? sources.flatMap((source) => (source.state === "known" ? [] : [source.why]))
      : ["nothing is known about its upstream"],
    images,
    publishable,
    builds: latestFirst(world.builds.byVariant.get(variant.name) ?? []),
  };
}

/**
 * The wanted patch, or the newest image's if that is newer and of the same minor. A release host that repeats last
 * week's answer, or another source that lags, is no reason to go back.
 */
function notBelow(newest: PublishableImage | undefined, wanted: string): string {
  const current = newest?.inputs.kubernetes ?? wanted;
  return minorOf(current) === minorOf(wanted) && patchOf(current) > patchOf(wanted) ? current : wanted;
}

export function variantImages(world: IndexedImageWorld, name: string): VariantImages {
  const images = newestFirst(world.images.get(name) ?? []);
  return { variant: { name }, images, publishable: images.filter(isPublishable) };
}

/** What removed variants have left behind: images, and channels that the service no longer writes. Ordered by name. */
export function removedVariantImages(world: IndexedWorld): VariantImages[] {
  const traces = new Set([...world.images.keys(), ...Object.keys(world.channels)]);
  return [...traces]
    .filter((name) => !world.variants.has(name))
    .toSorted()
    .map((name) => variantImages(world, name));
}

/** The hash of the harvest from AWS's current EKS image of the variant's minor. */
function harvestInput(world: IndexedWorld, upstream: Upstream | undefined): Observed {
  const source = upstream?.harvestSource;
  if (source?.state !== "known") return source ?? { state: "unknown", why: "the image to harvest from is unknown" };
  return (
    world.harvests[source.value] ?? { state: "unknown", why: `nothing is known about the harvest of ${source.value}` }
  );
}
