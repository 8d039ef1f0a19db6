import type { Build } from "./builds.ts";
import type { Variant } from "./configuration.ts";
import type { Ended } from "./failures.ts";
import { type Image, isPublishable, newestFirst, type PublishableImage } from "./images.ts";
import { canonical, type RecordedInputs, settingsHash } from "./inputs.ts";
import { latestPatchTuesday } from "./patch-tuesday.ts";
import type { Upstream } from "./upstream.ts";
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
  const sources = upstream ? [upstream.baseAmi, upstream.kubernetes] : [];
  return {
    variant,
    upstream,
    desired: {
      ...(upstream?.baseAmi.state === "known" && { baseAmi: upstream.baseAmi.value }),
      ...(upstream?.kubernetes.state === "known" && { kubernetes: upstream.kubernetes.value }),
      patchTuesday: latestPatchTuesday(world.now, world.configuration.policies.patchTuesday),
      recipe: world.recipe,
      settings: settingsHash(variant),
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

/** What became of the builds of these inputs since their last success, oldest first. */
export function endedWithout(state: VariantState, inputs: RecordedInputs): Ended[] {
  const same = state.builds.filter((build) => canonical(build.inputs) === canonical(inputs));
  const success = same.findIndex(({ status }) => status === "succeeded");
  return same
    .slice(0, success === -1 ? same.length : success)
    .flatMap(({ status, failure, endedAt, startedAt }) =>
      status === "failed" || status === "stopped" ? [{ status, failure, endedAt: endedAt ?? startedAt }] : [],
    )
    .toReversed();
}
