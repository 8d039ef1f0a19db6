import { channelNames, channelParameter } from "../config/channel-names.ts";
import { iso } from "../config/time.ts";
import type { IndexedWorld } from "../domain/indexed-world.ts";
import { retentionOfRemoved } from "../domain/publishing/retention.ts";
import type { VariantImages } from "../domain/variant-state.ts";
import type { VariantSettings } from "./variant-status.ts";

/**
 * What is left of a removed variant as `GET /` answers it; a renamed variant was removed and added. The service neither
 * builds nor publishes for it, but nodes may still start from what its parameters hold. Its images are kept until
 * `retiredVariants` names the variant. An image that a parameter holds stays until a person deletes the parameter.
 */
export function removedVariantStatus(
  world: IndexedWorld,
  removed: VariantImages,
  { channelsPrefix, images }: Pick<VariantSettings, "channelsPrefix" | "images">,
) {
  const { name } = removed.variant;
  return {
    variant: name,
    channels: channelNames.flatMap((channel) => {
      const held = world.channels[name]?.[channel];
      return held ? [{ parameter: channelParameter(channelsPrefix, name, channel), image: held.image }] : [];
    }),
    ...(images && { images: imagesOfRemoved(world, removed) }),
  };
}

function imagesOfRemoved(world: IndexedWorld, removed: VariantImages) {
  const retained = retentionOfRemoved(world, removed);
  return removed.images.map(({ id, state, createdAt, made, unrecorded }, index) => ({
    image: id,
    state,
    createdAt: iso(createdAt),
    made,
    unrecorded: unrecorded.map(({ claim }) => claim),
    retention: { decision: retained[index]?.decision ?? "keep", reasons: retained[index]?.reasons ?? [] },
  }));
}
