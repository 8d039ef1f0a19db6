import type { ChannelName } from "../config/channel-names.ts";
import type { Described } from "./images.ts";

/** What a channel's parameter holds. */
export interface Channel {
  image: string;
  /** Counts the writes, from 1. */
  version: number;
  /** Time of the last write, in milliseconds since the epoch. */
  writtenAt: number;
  /** The image as EC2 describes it now. */
  holds: Described;
}

/** Channels by variant name. A channel that was never written is absent. */
export type Channels = Record<string, Partial<Record<ChannelName, Channel>>>;

/** A version of a channel's parameter. */
export interface ChannelVersion {
  version: number;
  image: string;
  /** When it was written, in milliseconds since the epoch. */
  at: number;
  /** ARN of the writer; undefined if AWS does not say. */
  by: string | undefined;
}
