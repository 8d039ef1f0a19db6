import type { ChannelName } from "../../config/channel-names.ts";
import { iso } from "../../config/time.ts";
import { type Image, isPublishable } from "../../io/images.ts";
import { missingInputs } from "../inputs.ts";
import type { VariantState } from "../variant-state.ts";
import type { World } from "../world.ts";
import { hindrances, promotion } from "./publish.ts";

/** Why an image may not be written to any channel; undefined where it may. */
export function whyNotPublishable(image: Image): string | undefined {
  if (isPublishable(image)) return undefined;
  if (image.revoked) return `is revoked: ${image.revoked.reason}`;
  if (image.state === "disabled" && image.retiredAt !== undefined)
    return `is disabled by retention (undone by aws ec2 enable-image --image-id ${image.id})`;
  if (image.state !== "available") return `is ${image.state}`;
  if (image.proof === "failed") return "failed its proof";
  if (image.proof === undefined || image.provedAt === undefined) return "has not proved itself yet";
  return `has no record of ${missingInputs(image.inputs).join(", ")}`;
}

/** What keeps an image out of a channel, with the time where it passes by itself; none where the channel may have it. */
export function whyKeptOut(world: World, channel: ChannelName, image: Image): string[] {
  if (!isPublishable(image)) return [`${image.id} ${whyNotPublishable(image)}`];
  return hindrances(world, channel, image).map(({ why, until }) =>
    until === undefined ? why : `${why} until ${iso(until)}`,
  );
}

/** What becomes of a channel with the next look, in one sentence. */
export function outlook(world: World, state: VariantState, channel: ChannelName): string {
  const next = promotion(world, state, channel);
  if (next.decision === "publish")
    return `${channel} takes ${next.image} with the next look (${next.reasons.join("; ")})`;
  const held = world.channels[state.variant.name]?.[channel]?.image;
  const holds = held ? `${channel} holds ${held}` : `${channel} holds nothing`;
  if (next.decision === "stay") return held ? holds : `${holds}: ${next.reasons.join("; ")}`;
  const until = next.until === undefined ? "" : ` until ${iso(next.until)}`;
  return `${holds}${until}: ${next.reasons.join("; ")}`;
}
