import { recipeOf, type Variant } from "../config/configuration.ts";
import { minorOf, patchOf } from "../config/kubernetes-versions.ts";
import type { Observed } from "../config/observed.ts";
import { latestPatchTuesday } from "../config/patch-tuesday.ts";
import type { Build } from "../io/builds.ts";
import { type Image, isPublishable, newestFirst, type PublishableImage } from "../io/images.ts";
import type { Upstream } from "../io/upstream.ts";
import { type RecordedInputs, settingsHash } from "./inputs.ts";
import type { World } from "./world.ts";

/** The images of a variant, newest first, be it configured or not. */
export interface Stock {
  variant: { name: string };
  images: Image[];
}

/** What a world holds of one variant, newest first. */
export interface VariantState extends Stock {
  variant: Variant;
  upstream: Upstream | undefined;
  /** The inputs as they should be now; what upstream did not say is left out. */
  desired: RecordedInputs;
  /** Why inputs are left out of `desired`. */
  unknown: string[];
  publishable: PublishableImage[];
  builds: Build[];
}

/** One variant's part of the world. */
export function stateOf(world: World, variant: Variant): VariantState {
  const upstream = world.upstream[variant.name];
  const { images } = stockOf(world, variant.name);
  const publishable = images.filter(isPublishable);
  const harvest = recipeOf(variant) === "assemble" ? harvestOf(world, upstream) : undefined;
  const sources = upstream ? [upstream.baseAmi, upstream.kubernetes, harvest ?? []].flat() : [];
  return {
    variant,
    upstream,
    desired: {
      ...(upstream?.baseAmi.state === "known" && { baseAmi: upstream.baseAmi.value }),
      ...(upstream?.kubernetes.state === "known" && {
        kubernetes: notBelow(publishable[0], upstream.kubernetes.value),
      }),
      patchTuesday: latestPatchTuesday(world.now, world.configuration.policies.patchTuesday),
      recipe: world.recipe,
      settings: settingsHash(variant),
      ...(harvest?.state === "known" && { harvest: harvest.value }),
      ...(world.requests[variant.name] && { request: world.requests[variant.name]?.id }),
    },
    unknown: upstream
      ? sources.flatMap((source) => (source.state === "known" ? [] : [source.why]))
      : ["nothing is known of its upstream"],
    images,
    publishable,
    builds: world.builds
      .filter((build) => build.variant === variant.name)
      .toSorted((a, b) => b.startedAt - a.startedAt || (a.id < b.id ? 1 : -1)),
  };
}

/**
 * The wanted patch, or the newest image's where that is newer and of the same minor: a release host that answers with what it said last week, or
 * another source that lags, is no reason to go back.
 */
function notBelow(newest: PublishableImage | undefined, wanted: string): string {
  const has = newest?.inputs.kubernetes ?? wanted;
  return minorOf(has) === minorOf(wanted) && patchOf(has) > patchOf(wanted) ? has : wanted;
}

export function stockOf(world: World, name: string): Stock {
  return { variant: { name }, images: newestFirst(world.images.filter(({ variant }) => variant === name)) };
}

/** What variants that are configured no more have left behind: images, and channels that nobody writes. */
export function stocksOfRemoved(world: World): Stock[] {
  const configured = new Set(world.configuration.variants.map(({ name }) => name));
  const found = new Set([...world.images.map(({ variant }) => variant), ...Object.keys(world.channels)]);
  return [...found]
    .filter((name) => !configured.has(name))
    .toSorted()
    .map((name) => stockOf(world, name));
}

/** What has been harvested from the image that the variant's closed pieces come from now. */
function harvestOf(world: World, upstream: Upstream | undefined): Observed {
  const source = upstream?.harvestSource;
  if (source?.state !== "known") return source ?? { state: "unknown", why: "nothing is known of what to harvest from" };
  return (
    world.harvests[source.value] ?? { state: "unknown", why: `nothing is known of the harvest of ${source.value}` }
  );
}
