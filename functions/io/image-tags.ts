import { CreateTagsCommand, DeleteTagsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { clipTag, tagPrefix } from "../domain/inputs.ts";

const ec2 = new EC2Client({});

/** The key as EC2 has it: `eks-windows-images:revoked`. */
export function keyOf(name: string): string {
  return `${tagPrefix}${name}`;
}

/** Writes tags onto an image of ours: their keys without {@link tagPrefix}, values clipped to EC2's limit. The same tags again change nothing. */
export async function tagImage(image: string, tags: Readonly<Record<string, string>>): Promise<void> {
  const Tags = Object.entries(tags).map(([key, value]) => ({ Key: keyOf(key), Value: clipTag(value) }));
  await ec2.send(new CreateTagsCommand({ Resources: [image], Tags }));
}

/** Takes tags off an image of ours, whatever they say: their keys without {@link tagPrefix}. Those that are not there do no harm. */
export async function untagImage(image: string, keys: readonly string[]): Promise<void> {
  await ec2.send(new DeleteTagsCommand({ Resources: [image], Tags: keys.map((key) => ({ Key: keyOf(key) })) }));
}
