import { channelNames, channelParameter } from "../config/channel-names.ts";
import { iso } from "../config/time.ts";
import { retentionOfRemoved } from "../domain/publishing/retention.ts";
import { removedVariantImages } from "../domain/variant-state.ts";
import type { World } from "../domain/world.ts";

/**
 * What is left of removed variants as `GET /` answers it; a renamed variant was removed and added. The service neither
 * builds nor publishes for them, but nodes may still start from what their parameters hold. Their images are kept until
 * `retiredVariants` names the variant. An image that a parameter holds stays until a person deletes the parameter.
 */
export function removedVariants(world: World, channelsPrefix: string) {
  return removedVariantImages(world).map((removed) => {
    const { variant, images } = removed;
    const retained = retentionOfRemoved(world, removed);
    return {
      variant: variant.name,
      channels: channelNames.flatMap((channel) => {
        const held = world.channels[variant.name]?.[channel];
        return held ? [{ parameter: channelParameter(channelsPrefix, variant.name, channel), image: held.image }] : [];
      }),
      images: images.map(({ id, state, createdAt, made, unrecorded }, index) => ({
        image: id,
        state,
        createdAt: iso(createdAt),
        made,
        unrecorded: unrecorded.map(({ claim }) => claim),
        retention: { decision: retained[index]?.decision ?? "keep", reasons: retained[index]?.reasons ?? [] },
      })),
    };
  });
}
