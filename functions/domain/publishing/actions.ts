import type { ChannelName } from "../../config/channel-names.ts";
import type { VariantImages } from "../variant-state.ts";
import type { ChannelDecision } from "./publish.ts";

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
export function channelActions(
  { variant: { name: variant } }: VariantImages,
  decisions: readonly ChannelDecision[],
): (PublishAction | ChannelWait)[] {
  return decisions.flatMap((next): (PublishAction | ChannelWait)[] => {
    if (next.decision === "stay") return [];
    const { channel, leaves, reasons } = next;
    if (next.decision === "wait") return [{ do: "wait", variant, for: channel, until: next.until, reasons }];
    return [{ do: "publish", variant, channel, image: next.image, previous: next.previous, leaves, reasons }];
  });
}
