import { type Parameter, paginateGetParametersByPath, SSMClient } from "@aws-sdk/client-ssm";
import { type ChannelName, channelParameter, isChannelName } from "../config/channel-names.ts";
import type { Environment } from "../config/environment.ts";
import type { Channels } from "../domain/channels.ts";
import type { Described } from "../domain/images.ts";
import { clientSettings } from "./client-settings.ts";
import { describeById } from "./images.ts";
import { createParameter, replaceParameter } from "./parameters.ts";

const ssm = new SSMClient(clientSettings);

/** All channels below the prefix, including those of removed variants; or the channels of one variant. */
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
 * Asks Parameter Store to hold the image. Success is only a promise: `aws:ec2:image` values are validated afterwards,
 * so a write counts once a later reconcile run reads it back. AWS keeps 100 versions of a parameter and drops the
 * oldest, unless it has a label; then writes fail (`ParameterMaxVersionLimitExceeded`). Channels therefore never get a
 * label.
 * @param isFirst whether the channel has never been written
 * @returns false if this should have been the first write and another writer came first
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
