import { type ChannelName, channelNames } from "../../config/channel-names.ts";
import { minute } from "../../config/time.ts";
import { heldImage, type IndexedWorld } from "../indexed-world.ts";
import { sha256 } from "../inputs.ts";
import type { ChannelDecision } from "../publishing/publish.ts";
import { reasonToLeave, whyRevoked } from "../publishing/replacement.ts";
import type { VariantImages, VariantState } from "../variant-state.ts";
import type { Keyed } from "./keyed.ts";

/** Rule 3: a channel that no node should follow and that no image can take over now needs a person. */
export interface StrandedNotification {
  kind: "stranded";
  channel: ChannelName;
  image: string;
  why: string;
  waitsFor: string[];
  until: number | undefined;
  /** Whether the variant is configured. The service leaves the channels of a removed variant alone. */
  configured: boolean;
  /** `policies.publish` */
  publishes: boolean;
}

/**
 * A channel that still holds a revoked image this long, in milliseconds, after the first run that saw the revocation is
 * stranded, whatever is planned.
 */
const leftWithin = 15 * minute;

export function stranded(
  world: IndexedWorld,
  state: VariantState,
  next: ChannelDecision,
): Keyed<StrandedNotification>[] {
  const { channel } = next;
  const variant = state.variant.name;
  const current = world.channels[variant]?.[channel];
  const why = current && reasonToLeave(world, current);
  if (!current || why === undefined) return [];
  const { image } = current;
  const seenAt = heldImage(world, image)?.withdrawnAt ?? world.now;
  const isLate = world.now - Math.max(current.writtenAt, seenAt) >= leftWithin;
  if (!isLate && (next.decision !== "wait" || next.leaves === undefined)) return [];
  const until = next.decision === "wait" ? next.until : undefined;
  const waitsFor =
    next.decision === "publish"
      ? [`${next.image} should replace it, and the channel has not taken it`]
      : next.reasons.filter((reason) => reason !== why);
  const key = strandedKey(world, variant, channel, { image, why });
  const common = { variant, at: world.now, channel, image, why, waitsFor, until };
  return [{ kind: "stranded", key, configured: true, publishes: world.configuration.policies.publish, ...common }];
}

/**
 * A removed variant's channels that hold a revoked image: the service no longer writes them, but nodes may follow them.
 */
export function abandoned(
  world: IndexedWorld,
  { variant: { name: variant } }: VariantImages,
): Keyed<StrandedNotification>[] {
  return channelNames.flatMap((channel): Keyed<StrandedNotification>[] => {
    const image = world.channels[variant]?.[channel]?.image;
    const why = image === undefined ? undefined : whyRevoked(world, image);
    if (image === undefined || why === undefined) return [];
    const key = strandedKey(world, variant, channel, { image, why });
    const waitsFor = [`${variant} was removed from config.ts, so the service no longer writes its channels`];
    const common = { variant, at: world.now, channel, image, why, waitsFor, until: undefined };
    return [{ kind: "stranded", key, configured: false, publishes: world.configuration.policies.publish, ...common }];
  });
}

/** If a revocation is taken back and the same image is revoked again, the key differs. */
function strandedKey(
  world: IndexedWorld,
  variant: string,
  channel: ChannelName,
  { image, why }: { image: string; why: string },
): string {
  const since = heldImage(world, image)?.revoked?.at ?? sha256(why).slice(0, 16);
  return `stranded/${variant}/${channel}/${image}/${since}`;
}
