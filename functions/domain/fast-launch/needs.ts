import { channelNames } from "../../config/channel-names.ts";
import { type FastLaunches, isRecorded } from "../fast-launches.ts";
import { type Image, isPublishable, type PublishableImage } from "../images.ts";
import type { IndexedWorld } from "../indexed-world.ts";
import type { StartedImage } from "../observed-fleet.ts";
import { heldLast } from "../publishing/holders.ts";
import { mayTake } from "../publishing/publish.ts";
import { retentionOfDue, retentionOfRemoved } from "../publishing/retention.ts";
import { isToBeDisabled } from "../publishing/withdrawal.ts";
import { stateOf, variantImages } from "../variant-state.ts";

/** Why an image that EC2 shows with Fast Launch keeps it, or why it is disabled. */
export type Need =
  | { need: "kept"; why: string /** Whether only a rollback would return to it. */; isSpare: boolean }
  | { need: "none"; why: string };

const kept = (why: string): Need => ({ need: "kept", why, isSpare: false });
const spare = (why: string): Need => ({ need: "kept", why, isSpare: true });
const none = (why: string): Need => ({ need: "none", why });

/**
 * What an image of ours needs Fast Launch for, apart from the policy's wish. What a person has enabled stays, until
 * the image itself is to be disabled or deregistered.
 */
export function needOf(world: IndexedWorld, all: FastLaunches, image: Image): Need {
  const leaves = whyLeaving(world, image);
  if (leaves) return none(leaves);
  if (!isRecorded(all, image.id)) return kept("a person has enabled it");
  const { channels = [] } = world.configuration.policies.fastLaunch ?? {};
  if (channels.length === 0) return none("policies.fastLaunch in config.ts names no channel");
  const holder = world.holders.get(image.id)?.find(({ channel }) => channels.includes(channel));
  if (holder) return kept(`${holder.variant}/${holder.channel} holds it`);
  if (image.revoked) return none("it is revoked, and no channel holds it");
  const fleet = fleetThatStarts(world, image);
  if (fleet) return kept(fleet);
  if (isPublishable(image)) {
    const back = whyReturned(world, image);
    if (back) return spare(back);
  }
  return none("no channel holds it, no fleet starts it, and no rollback would return to it");
}

/**
 * What an image needs it for that EC2 does not list among ours: it is gone, or somebody has taken a tag off it while
 * nodes still start from it.
 */
export function needOfUnlisted(world: IndexedWorld, id: string, variant: string): Need {
  const holder = world.holders
    .get(id)
    ?.find((one) => world.channels[one.variant]?.[one.channel]?.holds.status !== "gone");
  if (holder) return kept(`${holder.variant}/${holder.channel} holds it, although it is not among our images`);
  // Nothing starts from an image that is gone, whatever still names it.
  const fleet = fleetThatStarts(
    world,
    { id, variant },
    (one) => one.createdAt !== undefined || one.unread !== undefined,
  );
  return fleet ? kept(fleet) : none("it is no longer among our images");
}

/** Why the image itself goes once its Fast Launch is off; undefined if it stays. */
function whyLeaving(world: IndexedWorld, image: Image): string | undefined {
  const variant = world.variants.get(image.variant);
  const state = variantImages(world, image.variant);
  if (image.origin !== undefined && image.state === "available" && isToBeDisabled(world, state, image))
    return "it is revoked and is disabled next";
  const retained = variant ? retentionOfDue(world, stateOf(world, variant)) : retentionOfRemoved(world, state);
  return retained.some((one) => one.image === image.id && one.isFastLaunched)
    ? "retention disables or deregisters it next"
    : undefined;
}

/**
 * A fleet that starts the image, or of which that is unknown. Accounts that an image is shared with start it from its
 * owner's snapshots (EC2 user guide, "Use EC2 Fast Launch for your Windows instances"), and those that copy it do not.
 */
function fleetThatStarts(
  world: IndexedWorld,
  { id, variant }: Pick<Image, "id" | "variant">,
  mayStart: (starts: StartedImage) => boolean = () => true,
): string | undefined {
  const copying = new Set(world.configuration.places.flatMap(({ name, method }) => (method === "copy" ? [name] : [])));
  for (const { name, variant: own, place } of world.configuration.fleets) {
    if (place !== undefined && copying.has(place)) continue;
    const observed = Object.hasOwn(world.fleets, name) ? world.fleets[name] : undefined;
    const starts = observed?.state === "known" && observed.starts?.id === id ? observed.starts : undefined;
    if (starts && mayStart(starts)) return `the fleet ${name} starts it`;
    if (observed?.state !== "known" && own === variant) return `it is unknown what the fleet ${name} starts`;
  }
  return undefined;
}

/** By which channel of the policy nodes may come to the image without a person, or by a rollback. */
function whyReturned(world: IndexedWorld, image: PublishableImage): string | undefined {
  const variant = world.variants.get(image.variant);
  if (!variant) return undefined;
  const state = stateOf(world, variant);
  const { channels = [] } = world.configuration.policies.fastLaunch ?? {};
  for (const channel of channelNames.filter((name) => channels.includes(name))) {
    if (heldLast(world, state, channel).has(image.id)) return `${channel} held it last, so a rollback returns to it`;
    if (mayTake(world, state, channel, image)) return `${channel} may take it`;
  }
  return undefined;
}
