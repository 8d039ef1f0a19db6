import { CopyImageCommand, CreateTagsCommand, DescribeImagesCommand, EC2Client } from "@aws-sdk/client-ec2";
import { minute } from "../../functions/config/time.ts";
import type { Stack } from "../stack/stack.ts";

/**
 * Copies an image with all its tags, as anybody can who may call ec2:CopyImage and ec2:CreateTags. Nobody has booted
 * the copy, and it is newer. It is available when this resolves: EC2 needs minutes for it.
 */
export async function forgeImage({ emulator, clock }: Stack, image: string): Promise<void> {
  const { url: endpoint, region, credentials } = emulator;
  const ec2 = new EC2Client({ endpoint, region, credentials });
  const { Images = [] } = await ec2.send(new DescribeImagesCommand({ ImageIds: [image] }));
  const Name = `copy at ${clock.now().getTime()}`;
  const { ImageId = "" } = await ec2.send(new CopyImageCommand({ Name, SourceImageId: image, SourceRegion: region }));
  await ec2.send(new CreateTagsCommand({ Resources: [ImageId], Tags: Images[0]?.Tags }));
  ec2.destroy();
  clock.advanceBy(20 * minute);
}
