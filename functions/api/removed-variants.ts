import { channelNames } from "../config/channel-names.ts";
import { iso } from "../config/time.ts";
import { retentionOfRemoved } from "../domain/publishing/retention.ts";
import { stocksOfRemoved } from "../domain/variant-state.ts";
import type { World } from "../domain/world.ts";
import { channelParameter } from "../io/channels.ts";

/**
 * What is left of variants that the configuration does not name any more, as `GET /` answers it; a renamed one was removed and added. The
 * service neither builds nor publishes for them, and nodes may still start from what their parameters hold. Their images are kept until
 * `retiredVariants` names the variant; what a parameter holds stays until a person deletes that.
 */
export function removedVariants(world: World, channelsPrefix: string) {
  return stocksOfRemoved(world).map((stock) => {
    const { variant, images } = stock;
    const retained = retentionOfRemoved(world, stock);
    return {
      variant: variant.name,
      channels: channelNames.flatMap((channel) => {
        const held = world.channels[variant.name]?.[channel];
        return held ? [{ parameter: channelParameter(channelsPrefix, variant.name, channel), image: held.image }] : [];
      }),
      images: images.map(({ id, state, createdAt }, index) => ({
        image: id,
        state,
        createdAt: iso(createdAt),
        retention: { decision: retained[index]?.decision ?? "keep", reasons: retained[index]?.reasons ?? [] },
      })),
    };
  });
}
