import type { StartedImage } from "../../domain/observed-fleet.ts";
import type { Clients } from "../clients.ts";
import { describeById } from "../images.ts";

/** An image of this service, by the ID that it has where the fleet is. */
export type OwnImage = Pick<StartedImage, "id" | "name" | "createdAt">;

/** The images that groups start nodes from, and that their nodes run, by ID. Those of this service are known already. */
export async function readNodeImages(
  clients: Clients,
  ids: readonly string[],
  own: readonly OwnImage[],
): Promise<ReadonlyMap<string, StartedImage>> {
  const wanted = new Set(ids);
  const known = own.filter(({ id }) => wanted.has(id));
  const found = new Map<string, StartedImage>(known.map(({ id, name, createdAt }) => [id, { id, name, createdAt }]));
  const others = await describeById(
    [...wanted].filter((id) => !found.has(id)),
    clients,
  );
  for (const [id, image] of others) {
    const { name, createdAt } = image.status === "described" ? image : {};
    const unread = image.status === "unknown" ? image.why : undefined;
    found.set(id, { id, name, createdAt: createdAt || undefined, ...(unread !== undefined && { unread }) });
  }
  return found;
}
