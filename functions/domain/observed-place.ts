import type { Channels } from "./channels.ts";
import type { FastLaunch } from "./fast-launches.ts";
import type { References } from "./references.ts";

/** An image as EC2 shows it in a place, whoever owns it. */
export interface ImageThere {
  id: string;
  /** EC2's own word: `available`, `pending`, `failed`, `disabled` … */
  state: string;
  /** In milliseconds since the epoch. */
  createdAt: number;
  /** Why EC2 could not make it, in its words. */
  why?: string | undefined;
  /** Of an image that the place's account owns and that has our tags: its variant and source, as the tags say. */
  variant?: string | undefined;
  source?: string | undefined;
}

/** A place as AWS shows it. */
export interface KnownPlace {
  state: "known";
  /** What its channels hold, by the IDs that the images have there. */
  channels: Channels;
  /** By ID: those with our tags, those that channels hold, and those of home that the place can see. */
  images: Readonly<Record<string, ImageThere>>;
  /** What uses the images that may go, by ID. Other images are absent. */
  references: Readonly<Record<string, References>>;
  /** What EC2 shows of Fast Launch there, by image ID, or why it does not tell; undefined if it was not asked. */
  fastLaunches?: { state: "known"; images: Readonly<Record<string, FastLaunch>> } | { state: "unknown"; why: string };
  /**
   * Why Auto Scaling could not start a shared image there, for want of a grant of the key; undefined if it can, nothing is
   * shared or nobody tells.
   */
  withoutGrant?: string | undefined;
}

export type ObservedPlace = KnownPlace | { state: "unknown"; why: string };
