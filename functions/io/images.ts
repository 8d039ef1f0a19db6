import { DescribeImagesCommand, type Image as Ec2Image, paginateDescribeImages } from "@aws-sdk/client-ec2";
import { chunk } from "es-toolkit";
import type { Described } from "../domain/images.ts";
import { tagPrefix } from "../domain/inputs.ts";
import type { TaggedImage } from "../domain/recorded-images.ts";
import { type Clients, home } from "./clients.ts";
import { ec2 } from "./ec2-client.ts";
import { ownTexts } from "./own-text.ts";
import { fromEc2 } from "./tagged-image.ts";

/** EC2's limit. */
const pageSize = 1000;

/**
 * All images with the tags of a stage, or of one of its variants, including disabled images and images whose tags are
 * still incomplete.
 */
export async function readTaggedImages(stage: string, variant?: string): Promise<TaggedImage[]> {
  const images: TaggedImage[] = [];
  const own = ownTexts();
  const tags = { stage, ...(variant !== undefined && { variant }) };
  const pages = paginateDescribeImages(
    { client: ec2, pageSize },
    {
      Owners: ["self"],
      IncludeDisabled: true,
      Filters: Object.entries(tags).map(([name, value]) => ({ Name: `tag:${tagPrefix}${name}`, Values: [value] })),
    },
  );
  for await (const page of pages) images.push(...(page.Images ?? []).flatMap((image) => fromEc2(image, own) ?? []));
  return images;
}

/** Values in one EC2 filter (EC2 API reference, DescribeImages). */
const maxFilterValues = 200;

/**
 * Describes images by ID, whoever owns them. An ID that EC2 does not list is gone. If a call fails, every image in it
 * is unknown. The IDs go into a filter because one missing ID in `ImageIds` would fail the whole call.
 */
export async function describeById(ids: string[], clients: Clients = home): Promise<Map<string, Described>> {
  const answers = await Promise.all(chunk(ids, maxFilterValues).map((some) => describeBatch(some, clients)));
  return new Map(answers.flatMap((answer) => [...answer]));
}

async function describeBatch(ids: string[], { ec2 }: Clients): Promise<Map<string, Described>> {
  try {
    const { Images = [] } = await ec2.send(
      new DescribeImagesCommand({
        IncludeDisabled: true,
        IncludeDeprecated: true,
        Filters: [{ Name: "image-id", Values: ids }],
      }),
    );
    const byId = new Map(Images.map((image) => [image.ImageId, image]));
    const own = ownTexts();
    return new Map(ids.map((id) => [id, describe(byId.get(id), own)]));
  } catch (error) {
    const why = `describing ${ids.join(", ")}: ${(error as Error).message}`;
    return new Map(ids.map((id) => [id, { status: "unknown", why }]));
  }
}

function describe(image: Ec2Image | undefined, own: (text: string) => string): Described {
  if (!image || image.State === "deregistered") return { status: "gone" };
  const { CreationDate = "", State = "unknown", Name } = image;
  return {
    status: "described",
    createdAt: Date.parse(CreationDate),
    state: own(State),
    ...(Name !== undefined && { name: own(Name) }),
  };
}
