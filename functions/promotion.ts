import { type ChannelName, channelNames } from "./channel-names.ts";
import type { Channel } from "./channels.ts";
import type { PublishableImage } from "./images.ts";
import type { VariantState } from "./variant-state.ts";
import type { World } from "./world.ts";

/** What is to become of one channel of a variant. */
export type Promotion =
  | { channel: ChannelName; decision: "publish"; image: string; previous: string | undefined; reasons: string[] }
  | { channel: ChannelName; decision: "wait"; reasons: string[]; until: number | undefined }
  | { channel: ChannelName; decision: "stay"; reasons: string[] };

/** Decides for every channel of a variant which image it should hold (rules 1 to 3). */
export function promotions(world: World, state: VariantState): Promotion[] {
  return channelNames.map((channel) => promotion(world, state, channel));
}

function promotion(world: World, state: VariantState, channel: ChannelName): Promotion {
  const current = world.channels[state.variant.name]?.[channel];
  const soak = channel === "stable" ? world.configuration.policies.soak : 0;
  const soaked = (image: PublishableImage) => image.provedAt + soak <= world.now;
  const newest = state.publishable[0];
  const best = state.publishable.find(soaked) ?? (current ? undefined : newest);

  if (current?.holds.status === "unknown")
    return {
      channel,
      decision: "wait",
      reasons: [`cannot tell what the channel holds: ${current.holds.why}`],
      until: undefined,
    };
  if (best && best.id !== current?.image) {
    const why = reasonToMove(state, current, best);
    if (why) return { channel, decision: "publish", image: best.id, previous: current?.image, reasons: [why] };
  }
  if (newest && newest.id !== current?.image && !soaked(newest))
    return { channel, decision: "wait", reasons: [`${newest.id} soaks`], until: newest.provedAt + soak };
  const stranded = current && !newest && reasonToLeave(state, current);
  if (stranded)
    return { channel, decision: "wait", reasons: [stranded, "no other image can be published"], until: undefined };
  return {
    channel,
    decision: "stay",
    reasons: [current ? `holds ${current.image}` : "no image has proved itself yet"],
  };
}

/** Why the channel should leave what it holds for `best`; undefined where it should not. */
function reasonToMove(state: VariantState, current: Channel | undefined, best: PublishableImage): string | undefined {
  if (!current) return `${best.id} is the first image of the channel`;
  const { holds, image } = current;
  const bad = reasonToLeave(state, current);
  if (bad) return bad;
  return holds.status === "described" && best.createdAt > holds.createdAt
    ? `${best.id} is newer than ${image}`
    : undefined;
}

/** Why nobody should get what the channel holds, newer images or not; undefined where that is good or nobody knows. */
export function reasonToLeave(state: VariantState, { holds, image }: Channel): string | undefined {
  if (holds.status === "gone") return `${image} is gone`;
  if (holds.status === "described" && holds.state === "disabled") return `${image} is disabled`;
  const revoked = state.images.find(({ id }) => id === image)?.revoked;
  return revoked === undefined ? undefined : `${image} is revoked: ${revoked.reason}`;
}
