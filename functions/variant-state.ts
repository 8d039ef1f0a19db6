import type { Build } from "./builds.ts";
import { recipeOf, type Variant } from "./configuration.ts";
import type { Ended } from "./failures.ts";
import { type Image, isPublishable, newestFirst, type PublishableImage } from "./images.ts";
import { canonical, type RecordedInputs, settingsHash } from "./inputs.ts";
import { latestPatchTuesday } from "./patch-tuesday.ts";
import { describeLost, isWithoutImage, settlingTime } from "./settling.ts";
import type { Observed, Upstream } from "./upstream.ts";
import type { World } from "./world.ts";

/** What a world holds of one variant, newest first. */
export interface VariantState {
  variant: Variant;
  upstream: Upstream | undefined;
  /** The inputs as they should be now; what upstream did not say is left out. */
  desired: RecordedInputs;
  /** Why inputs are left out of `desired`. */
  unknown: string[];
  images: Image[];
  publishable: PublishableImage[];
  builds: Build[];
}

/** One variant's part of the world. */
export function stateOf(world: World, variant: Variant): VariantState {
  const upstream = world.upstream[variant.name];
  const images = newestFirst(world.images.filter((image) => image.variant === variant.name));
  const harvest = recipeOf(variant) === "assemble" ? harvestOf(world, upstream) : undefined;
  const sources = upstream ? [upstream.baseAmi, upstream.kubernetes, harvest ?? []].flat() : [];
  return {
    variant,
    upstream,
    desired: {
      ...(upstream?.baseAmi.state === "known" && { baseAmi: upstream.baseAmi.value }),
      ...(upstream?.kubernetes.state === "known" && { kubernetes: upstream.kubernetes.value }),
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
    publishable: images.filter(isPublishable),
    builds: world.builds
      .filter((build) => build.variant === variant.name)
      .toSorted((a, b) => b.startedAt - a.startedAt || (a.id < b.id ? 1 : -1)),
  };
}

/** What has been harvested from the image that the variant's closed pieces come from now. */
function harvestOf(world: World, upstream: Upstream | undefined): Observed {
  const source = upstream?.harvestSource;
  if (source?.state !== "known") return source ?? { state: "unknown", why: "nothing is known of what to harvest from" };
  return (
    world.harvests[source.value] ?? { state: "unknown", why: `nothing is known of the harvest of ${source.value}` }
  );
}

/** What became of the builds of these inputs since their last success, oldest first. A success without an image is none. */
export function endedWithout(state: VariantState, inputs: RecordedInputs): Ended[] {
  const same = state.builds.filter((build) => canonical(build.inputs) === canonical(inputs));
  const success = same.findIndex((build) => build.status === "succeeded" && !isWithoutImage(build, state.images));
  return same
    .slice(0, success === -1 ? same.length : success)
    .flatMap((build) => endedOf(build) ?? [])
    .toReversed();
}

/** How a build ended that has no result to show for it; undefined while it runs. */
function endedOf(build: Build): Ended | undefined {
  const { status, failure, startedAt, endedAt = startedAt } = build;
  if (status === "running") return undefined;
  if (status === "failed" || status === "stopped") return { status, failure, endedAt };
  const lost = { class: "unknown" as const, cause: describeLost(build), lines: [] };
  return { status: "failed", failure: lost, endedAt: endedAt + settlingTime };
}
