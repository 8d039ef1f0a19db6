import { type Parameter, paginateGetParametersByPath, SSMClient } from "@aws-sdk/client-ssm";
import { type ChannelName, isChannelName } from "../config/channel-names.ts";
import type { Environment } from "../config/environment.ts";
import { type Described, describeById } from "./images.ts";
import { createParameter, replaceParameter } from "./parameters.ts";

const ssm = new SSMClient({});

/** What a channel's parameter holds. */
export interface Channel {
  image: string;
  /** Counts the writes, from 1. */
  version: number;
  /** Of the last write, in milliseconds since the epoch. */
  writtenAt: number;
  /** The image as EC2 describes it now. */
  holds: Described;
}

/** Channels by variant name; one that was never written is not there. */
export type Channels = Record<string, Partial<Record<ChannelName, Channel>>>;

/** `/eks-windows-images/production/channels/windows-2022-core-1.35/stable` */
export function channelParameter(prefix: string, variant: string, channel: ChannelName): string {
  return `${prefix}/${variant}/${channel}`;
}

/** All channels below the prefix, those of removed variants too; or one variant's. */
export async function readChannels(prefix: string, only?: string): Promise<Channels> {
  const parameters: Parameter[] = [];
  const Path = only === undefined ? prefix : `${prefix}/${only}`;
  const pages = paginateGetParametersByPath({ client: ssm }, { Path, Recursive: true });
  for await (const page of pages) parameters.push(...(page.Parameters ?? []));
  const held = await describeById([...new Set(parameters.map(({ Value = "" }) => Value))]);
  const channels: Channels = {};
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

/**
 * Asks Parameter Store to hold the image. Success promises nothing yet: `aws:ec2:image` values are validated afterwards, so
 * the write counts when a later look reads it back. Of a parameter's 100 versions AWS drops the oldest by itself, unless it bears a
 * label; then writes fail (`ParameterMaxVersionLimitExceeded`), so channels never get one.
 * @param isFirst whether nobody has written the channel yet
 * @returns false where it should have been the first and somebody else's was
 */
export async function writeChannel(
  { CHANNELS_PREFIX, STAGE }: Pick<Environment, "CHANNELS_PREFIX" | "STAGE">,
  variant: string,
  channel: ChannelName,
  image: string,
  isFirst: boolean,
): Promise<boolean> {
  const content = {
    name: channelParameter(CHANNELS_PREFIX, variant, channel),
    value: image,
    description: `AMI of ${variant}, channel ${channel}`,
    isImage: true,
  };
  if (isFirst) return createParameter(content, { stage: STAGE, variant });
  await replaceParameter(content);
  return true;
}
