import { EC2Client, paginateDescribeFastLaunchImages, paginateDescribeImages } from "@aws-sdk/client-ec2";
import { tagPrefix } from "../../functions/domain/inputs.ts";
import type { Stack } from "../stack/stack.ts";

/** The channels and images of the account, by variant. */
export interface Holdings {
  channels: Record<string, { candidate: string | null; stable: string | null }>;
  images: Record<string, { id: string; deprecated: boolean; disabled: boolean }[]>;
  /** EC2's words for where Fast Launch of an image is, by its ID. */
  fastLaunch: Record<string, string>;
}

export async function channelsOf({ configuration, deployment, parameters }: Stack): Promise<Holdings["channels"]> {
  const held = await parameters();
  const of = (name: string, channel: string) => held[`${deployment.channelsPrefix}/${name}/${channel}`] ?? null;
  return Object.fromEntries(
    configuration.variants.map(({ name }) => [name, { candidate: of(name, "candidate"), stable: of(name, "stable") }]),
  );
}

export async function imagesOf({ emulator, configuration }: Stack): Promise<Holdings["images"]> {
  const { url: endpoint, region, credentials } = emulator;
  const client = new EC2Client({ endpoint, region, credentials });
  const images: Holdings["images"] = Object.fromEntries(configuration.variants.map(({ name }) => [name, []]));
  for await (const { Images = [] } of paginateDescribeImages({ client }, { Owners: ["self"], IncludeDisabled: true }))
    for (const { ImageId: id = "", State, DeprecationTime, Tags = [] } of Images) {
      const variant = Tags.find(({ Key }) => Key === `${tagPrefix}variant`)?.Value ?? "";
      images[variant]?.push({ id, deprecated: DeprecationTime !== undefined, disabled: State === "disabled" });
    }
  client.destroy();
  return images;
}

export async function fastLaunchOf({ emulator }: Stack): Promise<Holdings["fastLaunch"]> {
  const { url: endpoint, region, credentials } = emulator;
  const client = new EC2Client({ endpoint, region, credentials });
  const states: Holdings["fastLaunch"] = {};
  for await (const { FastLaunchImages = [] } of paginateDescribeFastLaunchImages({ client }, {}))
    for (const { ImageId = "", State = "" } of FastLaunchImages) states[ImageId] = State;
  client.destroy();
  return states;
}
