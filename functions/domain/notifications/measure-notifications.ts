import { isNewer, type PublishableImage } from "../images.ts";
import type { IndexedWorld } from "../indexed-world.ts";
import { heldUntil, slownessOf } from "../publishing/slow-start-hold.ts";
import { publishedOf, type SlowStart } from "../slow-starts.ts";
import type { VariantState } from "../variant-state.ts";
import type { Keyed } from "./keyed.ts";

/** What builds have measured of the newest image is out of the ordinary. Nothing fails for that. */
export type MeasureNotification =
  | ({
      kind: "slow-start";
      image: string;
      /** Until when channels wait for it, in milliseconds since the epoch; undefined if none does. */
      until: number | undefined;
    } & SlowStart)
  | {
      kind: "image-grew";
      image: string;
      /** The newest published image before it. */
      previous: string;
      /** Bytes that the files of each take on its disk. */
      size: number;
      previousSize: number;
    };

/** Growth from one image to the next that subscribers are told of: more than a tenth. */
const toldGrowth = 1.1;

/** Each is told once for an image, as soon as it is proved and unless a newer one is publishable by then. */
export function measureNotifications(world: IndexedWorld, state: VariantState): Keyed<MeasureNotification>[] {
  const newest = state.publishable[0];
  return newest ? [...slowStart(world, newest), ...imageGrew(state, newest)] : [];
}

function slowStart(world: IndexedWorld, image: PublishableImage): Keyed<MeasureNotification>[] {
  const slow = slownessOf(world, image);
  if (!slow) return [];
  const { id, variant, provedAt: at } = image;
  return [
    { kind: "slow-start", key: `slow-start/${id}`, variant, at, image: id, ...slow, until: heldUntil(world, image) },
  ];
}

function imageGrew({ images }: VariantState, image: PublishableImage): Keyed<MeasureNotification>[] {
  const before = publishedOf(images).find((one) => isNewer(image, one) && one.measured.size !== undefined);
  const [previousSize, size] = [before?.measured.size, image.measured.size];
  if (!before || previousSize === undefined || size === undefined || size <= toldGrowth * previousSize) return [];
  const { id, variant, provedAt: at } = image;
  const sizes = { previous: before.id, size, previousSize };
  return [{ kind: "image-grew", key: `image-grew/${id}`, variant, at, image: id, ...sizes }];
}
