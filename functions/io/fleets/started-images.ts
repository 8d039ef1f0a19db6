import { DescribeImagesCommand } from "@aws-sdk/client-ec2";
import type { Image } from "../../domain/images.ts";
import type { StartedImage } from "../../domain/observed-fleet.ts";
import { ec2 } from "../ec2-client.ts";

/** The images that groups start nodes from, by ID. Those of this service are known already. */
export async function readStartedImages(
  ids: readonly string[],
  own: readonly Image[],
): Promise<ReadonlyMap<string, StartedImage>> {
  const wanted = new Set(ids);
  const found = new Map<string, StartedImage>();
  for (const { id, name, createdAt } of own) if (wanted.has(id)) found.set(id, { id, name, createdAt });
  const others = [...wanted].filter((id) => !found.has(id));
  if (others.length > 0) {
    const { Images = [] } = await ec2.send(
      new DescribeImagesCommand({
        Filters: [{ Name: "image-id", Values: others }],
        IncludeDeprecated: true,
        IncludeDisabled: true,
      }),
    );
    for (const { ImageId = "", Name, CreationDate = "" } of Images)
      found.set(ImageId, { id: ImageId, name: Name, createdAt: Date.parse(CreationDate) || undefined });
  }
  for (const id of wanted) if (!found.has(id)) found.set(id, { id, name: undefined, createdAt: undefined });
  return found;
}
