import { readChannels } from "./channels.ts";
import type { Environment } from "./environment.ts";
import { readImages } from "./images.ts";
import type { Action } from "./plan.ts";
import { channelActions } from "./promotion.ts";
import { readReferences } from "./references.ts";
import { retirements } from "./retention.ts";
import { withdrawals } from "./revocation.ts";
import { stateOf } from "./variant-state.ts";
import type { World } from "./world.ts";

/** What changes a channel or an image. */
export type Writing = Extract<Action, { do: "publish" | "deprecate" | "disable" | "restore" | "deregister" }>;

/**
 * The world as it is right before something is written, read and decided anew: Parameter Store and EC2 know no "write if unchanged", and a view
 * that has become old must not overwrite what a newer one has written. Undefined where the same would not be decided any more.
 * @param now milliseconds since the epoch
 */
export async function lookAgain(
  action: Writing,
  world: World,
  { STAGE, CHANNELS_PREFIX }: Environment,
  now: number,
): Promise<World | undefined> {
  const variant = world.configuration.variants.find(({ name }) => name === action.variant);
  if (!variant) return undefined;
  const [images, channels, references] = await Promise.all([
    readImages(STAGE, variant.name),
    // An image may stand in any channel; what a channel gets depends on its own variant.
    readChannels(CHANNELS_PREFIX, action.do === "publish" ? variant.name : undefined),
    isRetirement(action) ? readReferences([action.image]) : {},
  ]);
  const others = world.images.filter((image) => image.variant !== variant.name);
  const fresh: World = { ...world, now, images: [...others, ...images], channels, references };
  const state = stateOf(fresh, variant);
  const decided = [...channelActions(fresh, state), ...withdrawals(fresh, state), ...retirements(fresh, state)];
  return decided.some((one) => isSame(one, action)) ? fresh : undefined;
}

/** Whether who uses the image decides about it. */
function isRetirement(action: Writing): boolean {
  return action.do === "deregister" || (action.do === "disable" && action.because === "retired");
}

/** The reasons may have changed, as long as the same is done. */
function isSame(one: Action, other: Writing): boolean {
  const essence = (action: Action) =>
    JSON.stringify(
      action.do === "publish"
        ? [action.do, action.channel, action.image, action.previous]
        : [action.do, "image" in action && action.image, action.do === "disable" && action.because],
    );
  return essence(one) === essence(other);
}
