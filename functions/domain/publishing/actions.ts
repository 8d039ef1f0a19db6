import { type ChannelName, channelNames } from "../../config/channel-names.ts";
import type { VariantState } from "../variant-state.ts";
import type { World } from "../world.ts";
import { type ChannelDecision, decideChannel } from "./publish.ts";

/** A write to a channel. */
export type PublishAction = { do: "publish"; variant: string } & Omit<
  Extract<ChannelDecision, { decision: "publish" }>,
  "decision"
>;

/** A channel that waits. `until` is in milliseconds since the epoch; undefined if only a change or a person helps. */
export interface ChannelWait {
  do: "wait";
  variant: string;
  for: ChannelName;
  until: number | undefined;
  reasons: string[];
}

/** The writes that a variant's channels need, and what they wait for. */
export function channelActions(world: World, state: VariantState): (PublishAction | ChannelWait)[] {
  const variant = state.variant.name;
  return channelNames.flatMap((channel): (PublishAction | ChannelWait)[] => {
    const next = decideChannel(world, state, channel);
    if (next.decision === "stay") return [];
    const { leaves, reasons } = next;
    if (next.decision === "wait") return [{ do: "wait", variant, for: channel, until: next.until, reasons }];
    return [{ do: "publish", variant, channel, image: next.image, previous: next.previous, leaves, reasons }];
  });
}
