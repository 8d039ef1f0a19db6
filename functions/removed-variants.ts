import { channelNames } from "./channel-names.ts";
import { channelParameter } from "./channels.ts";
import { newestFirst } from "./images.ts";
import { iso } from "./time.ts";
import type { World } from "./world.ts";

/**
 * What is left of variants that the configuration does not name any more, as `GET /` answers it; a renamed one was removed and added. The
 * service neither builds nor publishes nor retires for them: nodes may still start from what their parameters hold. People delete the images
 * and parameters once nobody does, and they are listed until then.
 */
export function removedVariants({ configuration, images, channels }: World, channelsPrefix: string) {
  const configured = new Set(configuration.variants.map(({ name }) => name));
  const names = [...new Set([...images.map(({ variant }) => variant), ...Object.keys(channels)])];
  return names
    .filter((name) => !configured.has(name))
    .toSorted()
    .map((name) => ({
      variant: name,
      channels: channelNames.flatMap((channel) => {
        const held = channels[name]?.[channel];
        return held ? [{ parameter: channelParameter(channelsPrefix, name, channel), image: held.image }] : [];
      }),
      images: newestFirst(images.filter(({ variant }) => variant === name)).map(({ id, state, createdAt }) => ({
        image: id,
        state,
        createdAt: iso(createdAt),
      })),
    }));
}
