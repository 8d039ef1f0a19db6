/** `candidate` takes an image as soon as it is proved, `stable` (what node groups resolve) once it has soaked. */
export const channelNames = ["candidate", "stable"] as const;
export type ChannelName = (typeof channelNames)[number];

export function isChannelName(name: string | undefined): name is ChannelName {
  return channelNames.includes(name as ChannelName);
}
