import { uniqBy } from "es-toolkit";
import { type ChannelName, channelNames } from "../../config/channel-names.ts";
import { isPublishable, type PublishableImage } from "../images.ts";
import type { IndexedWorld } from "../indexed-world.ts";
import { decideChannel, mayTake } from "../publishing/publish.ts";
import { channelBlockers } from "../publishing/soak-and-approval.ts";
import type { VariantState } from "../variant-state.ts";

/** An image that the policy gives Fast Launch. */
export interface Wanted {
  image: PublishableImage;
  why: string;
}

/** What nodes follow comes first. */
const inOrder = channelNames.toReversed();

/** The images that the policy's channels hold or, if they wait for it, would take next: those of `stable` first. */
export function wantedImages(world: IndexedWorld, states: readonly VariantState[]): Wanted[] {
  const { channels = [] } = world.configuration.policies.fastLaunch ?? {};
  const all = inOrder
    .filter((channel) => channels.includes(channel))
    .flatMap((channel) => states.flatMap((state) => [...held(world, state, channel), ...next(world, state, channel)]));
  return uniqBy(all, ({ image }) => image.id);
}

function held(world: IndexedWorld, { variant, images }: VariantState, channel: ChannelName): Wanted[] {
  const id = world.channels[variant.name]?.[channel]?.image;
  const image = images.find((one) => one.id === id);
  return image && isPublishable(image) ? [{ image, why: `${channel} holds it` }] : [];
}

/** The image that the channel takes next: the one it takes now, or the one whose other waits end first. */
function next(world: IndexedWorld, state: VariantState, channel: ChannelName): Wanted[] {
  const { fastLaunch, publish } = world.configuration.policies;
  if (fastLaunch?.before !== "publication" || !publish) return [];
  const decision = decideChannel(world, state, channel);
  const taken = decision.decision === "publish" ? decision.image : undefined;
  const ends = state.publishable
    .filter((image) => image.id === taken || (taken === undefined && mayTake(world, state, channel, image)))
    .map((image) => ({ image, end: endOfOtherWaits(world, channel, image) }));
  // Of those that wait for nothing else, the newest.
  const first = ends.reduce<(typeof ends)[number] | undefined>(
    (best, one) => (best === undefined || one.end < best.end ? one : best),
    undefined,
  );
  return first ? [{ image: first.image, why: `${channel} takes it next` }] : [];
}

/** When the channel could take the image but for its Fast Launch, in milliseconds since the epoch; 0 if now. */
function endOfOtherWaits(world: IndexedWorld, channel: ChannelName, image: PublishableImage): number {
  const others = channelBlockers(world, channel, image).filter((blocker) => blocker.of !== "fast-launch");
  return Math.max(0, ...others.map(({ until = Number.POSITIVE_INFINITY }) => until));
}
