import { setTimeout } from "node:timers/promises";
import { second } from "../config/time.ts";
import type { Image } from "../io/images.ts";

const mostLooks = 5;

/** What a person's decision wrote onto an image, and took off it; by their keys without prefix. */
interface Tagging {
  image: string;
  write: Readonly<Record<string, string>>;
  remove: readonly string[];
}

/**
 * Waits until EC2 shows what was just written, some seconds at most: it shows a tag to some calls later than to others, and a reconcile that is
 * woken before sees nothing to do. Never throws; whoever looks later sees it all the same.
 * @param look reads images as they are shown now
 * @param pause waits between two looks
 * @returns whether EC2 shows it
 */
export async function untilVisible(
  look: () => Promise<Image[]>,
  tagging: Tagging,
  pause: () => Promise<unknown> = () => setTimeout(second),
): Promise<boolean> {
  for (let looks = 1; ; looks++) {
    const images = await look().catch(() => []);
    if (isVisible(images, tagging)) return true;
    if (looks === mostLooks) return false;
    await pause();
  }
}

function isVisible(images: readonly Image[], { image: id, write, remove }: Tagging): boolean {
  const image = images.find((one) => one.id === id);
  if (!image) return false;
  const has = (name: string) => (name === "revoked" || name === "approved") && image[name] !== undefined;
  return Object.keys(write).every(has) && !remove.some(has);
}
