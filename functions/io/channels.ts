import { type Parameter, paginateGetParametersByPath } from "@aws-sdk/client-ssm";
import { memoize } from "es-toolkit";
import { type ChannelName, channelParameter, isChannelName } from "../config/channel-names.ts";
import type { Environment } from "../config/environment.ts";
import type { Channels } from "../domain/channels.ts";
import type { Described, Image } from "../domain/images.ts";
import { type Clients, home } from "./clients.ts";
import { describeById } from "./images.ts";
import { createParameter, replaceParameter } from "./parameters.ts";
import { shareReads } from "./shared-reads.ts";

/** An image by its ID; undefined if it was not read. */
type FindImage = (id: string) => Pick<Image, "createdAt" | "state"> | undefined;

export function finderOf(images: readonly Image[]): FindImage {
  const byId = new Map(images.map((image) => [image.id, image]));
  return (id) => byId.get(id);
}

/**
 * All channels below the prefix, including those of removed variants; or the channels of one variant.
 * @param reading finds the images that are read already or on their way. Only others that channels hold are described.
 * @param clients of the place whose channels are read
 */
export async function readChannels(
  prefix: string,
  reading: FindImage | Promise<FindImage> = () => undefined,
  only?: string,
  clients: Clients = home,
): Promise<Channels> {
  const [parameters, find] = await Promise.all([
    sharedIn(clients)(only === undefined ? prefix : `${prefix}/${only}`),
    reading,
  ]);
  const held = await describeHeld([...new Set(parameters.map(({ Value = "" }) => Value))], find, clients);
  // Without a prototype: a parameter may be called `__proto__`.
  const channels: Channels = Object.create(null);
  for (const { Name = "", Value = "", Version = 1, LastModifiedDate } of parameters) {
    const [variant, channel] = Name.slice(prefix.length + 1).split("/");
    if (!variant || !isChannelName(channel)) continue;
    channels[variant] = {
      ...channels[variant],
      [channel]: {
        image: Value,
        version: Version,
        writtenAt: LastModifiedDate?.getTime() ?? 0,
        holds: held.get(Value) as Described,
      },
    };
  }
  return channels;
}

/** A page has ten (API reference, GetParametersByPath). Each write to an image asks for all of them once more. */
async function readParameters({ ssm: client }: Clients, Path: string): Promise<Parameter[]> {
  const parameters: Parameter[] = [];
  const pages = paginateGetParametersByPath({ client }, { Path, Recursive: true });
  for await (const page of pages) parameters.push(...(page.Parameters ?? []));
  return parameters;
}

/** There are as many clients as places. */
const sharedIn = memoize((clients: Clients) => shareReads((path: string) => readParameters(clients, path)));

async function describeHeld(
  held: readonly string[],
  find: FindImage,
  clients: Clients,
): Promise<Map<string, Described>> {
  const described = new Map<string, Described>();
  for (const id of held) {
    const image = find(id);
    if (image && image.state !== "deregistered")
      described.set(id, { status: "described", createdAt: image.createdAt, state: image.state });
  }
  const others = held.filter((id) => !described.has(id));
  return new Map([...described, ...(others.length > 0 ? await describeById(others, clients) : [])]);
}

/**
 * Asks Parameter Store to hold the image. Success is only a promise: `aws:ec2:image` values are validated afterwards,
 * so a write counts once a later reconcile run reads it back. AWS keeps 100 versions of a parameter and drops the
 * oldest, unless it has a label; then writes fail (`ParameterMaxVersionLimitExceeded`). Channels therefore never get a
 * label.
 * @param isFirst whether the channel has never been written
 * @param clients of the place whose channel is written
 * @returns false if this should have been the first write and another writer came first
 */
export async function writeChannel(
  { CHANNELS_PREFIX, STAGE }: Pick<Environment, "CHANNELS_PREFIX" | "STAGE">,
  variant: string,
  channel: ChannelName,
  image: string,
  isFirst: boolean,
  clients: Clients = home,
): Promise<boolean> {
  const content = {
    name: channelParameter(CHANNELS_PREFIX, variant, channel),
    value: image,
    description: `AMI of ${variant}, channel ${channel}`,
    isImage: true,
  };
  if (isFirst) return createParameter(content, { stage: STAGE, variant }, clients);
  await replaceParameter(content, clients);
  return true;
}
