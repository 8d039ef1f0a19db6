import type { Image } from "../../domain/images.ts";
import type { StartedImage } from "../../domain/observed-fleet.ts";
import { describeById } from "../images.ts";

/** The images that groups start nodes from, and that their nodes run, by ID. Those of this service are known already. */
export async function readNodeImages(
  ids: readonly string[],
  own: readonly Image[],
): Promise<ReadonlyMap<string, StartedImage>> {
  const wanted = new Set(ids);
  const known = own.filter(({ id }) => wanted.has(id)).map(({ id, name, createdAt }) => [id, { id, name, createdAt }]);
  const found = new Map(known as [string, StartedImage][]);
  const others = await describeById([...wanted].filter((id) => !found.has(id)));
  for (const [id, image] of others) {
    const { name, createdAt } = image.status === "described" ? image : {};
    const unread = image.status === "unknown" ? image.why : undefined;
    found.set(id, { id, name, createdAt: createdAt || undefined, ...(unread !== undefined && { unread }) });
  }
  return found;
}
