import type { Environment } from "../config/environment.ts";
import type { Action } from "../domain/actions.ts";
import { channelActions } from "../domain/publishing/actions.ts";
import { retirements, retirementsOfRemoved } from "../domain/publishing/retention.ts";
import { withdrawals } from "../domain/publishing/withdrawal.ts";
import { type Stock, stateOf, stockOf, type VariantState } from "../domain/variant-state.ts";
import type { World } from "../domain/world.ts";
import { readChannels } from "../io/channels.ts";
import { isNewer, isPublishable, readImages } from "../io/images.ts";
import { readReferences } from "../io/references.ts";

/** What changes a channel or an image. */
export type Writing = Extract<
  Action,
  { do: "publish" | "deprecate" | "disable" | "restore" | "release" | "deregister" }
>;

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
  const [images, channels, references] = await Promise.all([
    readImages(STAGE, action.variant),
    // An image may stand in any channel; what a channel gets depends on its own variant.
    readChannels(CHANNELS_PREFIX, action.do === "publish" ? action.variant : undefined),
    isRetirement(action) ? readReferences([action.image]) : {},
  ]);
  const others = world.images.filter((image) => image.variant !== action.variant);
  const fresh: World = { ...world, now, images: [...others, ...images], channels, references };
  const decided = variant ? writings(fresh, stateOf(fresh, variant)) : ofRemoved(fresh, stockOf(fresh, action.variant));
  return decided.some((one) => isSame(one, action)) ? fresh : undefined;
}

/**
 * Whether another writer has come first between the second look and the tag that this one has just put on its image. Each tags before it looks,
 * so that of two at least one sees the other, and the older image gives way. Its tag stays: lastPublication passes over it, and taking it away
 * could take the record of a third writer that publishes the same image.
 * @param seen the world of the second look
 */
export async function isOvertaken(
  { variant, channel, image: id }: Extract<Action, { do: "publish" }>,
  seen: World,
  { STAGE, CHANNELS_PREFIX }: Environment,
): Promise<boolean> {
  const [images, channels] = await Promise.all([readImages(STAGE, variant), readChannels(CHANNELS_PREFIX, variant)]);
  if (channels[variant]?.[channel]?.version !== seen.channels[variant]?.[channel]?.version) return true;
  const own = images.find((image) => image.id === id);
  if (!own || !isPublishable(own)) return true;
  return images.some((image) => {
    const before = seen.images.find((one) => one.id === image.id)?.published[channel];
    return isPublishable(image) && isNewer(image, own) && image.published[channel]?.at !== before?.at;
  });
}

function writings(world: World, state: VariantState): Action[] {
  return [...channelActions(world, state), ...withdrawals(world, state), ...retirements(world, state)];
}

function ofRemoved(world: World, stock: Stock): Action[] {
  return [...withdrawals(world, stock), ...retirementsOfRemoved(world, stock)];
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
