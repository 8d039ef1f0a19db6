import { CreateTagsCommand, DeleteTagsCommand } from "@aws-sdk/client-ec2";
import { clipTag, tagPrefix } from "../domain/inputs.ts";
import { ec2 } from "./ec2-client.ts";

/** The key in EC2: `eks-windows-images:revoked`. */
export function keyOf(name: string): string {
  return `${tagPrefix}${name}`;
}

/**
 * Writes tags onto an image of this service: keys without {@link tagPrefix}, values clipped to EC2's limit. Repeating a
 * write changes nothing.
 */
export async function tagImage(image: string, tags: Readonly<Record<string, string>>): Promise<void> {
  const Tags = Object.entries(tags).map(([key, value]) => ({ Key: keyOf(key), Value: clipTag(value) }));
  await ec2.send(new CreateTagsCommand({ Resources: [image], Tags }));
}

/**
 * Removes tags from an image of this service: keys without {@link tagPrefix}. Absent tags are ignored.
 * @param value what a tag must say to be removed; undefined for anything
 */
export async function untagImage(image: string, keys: readonly string[], value?: string): Promise<void> {
  const Tags = keys.map((key) => ({ Key: keyOf(key), Value: value }));
  await ec2.send(new DeleteTagsCommand({ Resources: [image], Tags }));
}
