/** `candidate` receives an image as soon as it is proved, `stable` (what node groups resolve) once it has soaked. */
export const channelNames = ["candidate", "stable"] as const;
export type ChannelName = (typeof channelNames)[number];

export function isChannelName(name: string | undefined): name is ChannelName {
  return channelNames.includes(name as ChannelName);
}

/** `/eks-windows-images/production/channels/windows-2022-core-1.35/stable` */
export function channelParameter(prefix: string, variant: string, channel: ChannelName): string {
  return `${prefix}/${variant}/${channel}`;
}
