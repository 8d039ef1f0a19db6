import { once } from "es-toolkit";
import { type ChannelName, channelNames } from "../config/channel-names.ts";
import { latestPatchTuesday } from "../config/patch-tuesday.ts";
import type { Variant } from "../config/variant.ts";
import { type BuildIndex, indexBuilds } from "./builds.ts";
import type { Channels } from "./channels.ts";
import type { Image } from "./images.ts";
import type { Leftover } from "./leftovers.ts";
import { pendingStarts, type Start } from "./starts.ts";
import type { ImageWorld, World } from "./world.ts";

/**
 * An {@link ImageWorld} in which nothing is searched for, so that a decision costs the same however many variants there
 * are. It is made once and handed down. What is indexed has another type than in a world: a copy of an indexed world
 * with other images does not compile unless these are indexed, too.
 */
export interface IndexedImageWorld extends Omit<ImageWorld, "images" | "revokedByRecord"> {
  /** By variant, configured or removed. */
  images: ReadonlyMap<string, readonly Image[]>;
  revokedByRecord: ReadonlySet<string>;
  /** The configured variants by name. */
  variants: ReadonlyMap<string, Variant>;
  /** Made when first asked for: most plans do not ask. */
  imagesById: () => ReadonlyMap<string, Image>;
  /** The channels that hold an image, by its ID. */
  holders: ReadonlyMap<string, readonly Holder[]>;
  /** Keys of sent notifications by what these are about ({@link subjectOf}). Made in the same way. */
  notifiedOf: () => ReadonlyMap<string, readonly string[]>;
}

/** A {@link World} in the same way. */
export interface IndexedWorld extends Omit<World, "images" | "revokedByRecord" | "builds">, IndexedImageWorld {
  builds: BuildIndex;
  /** The latest that has passed, `YYYY-MM-DD`. */
  patchTuesday: string;
  notified: World["notified"];
  pauses: World["pauses"];
  starts: World["starts"];
  fleetRecords: World["fleetRecords"];
  placeRecords: World["placeRecords"];
  places: World["places"];
  /** Orders of which CodeBuild shows no build yet, by {@link laneOf}. */
  pendingStarts: ReadonlyMap<string, readonly Start[]>;
  /** Names of the variants whose images may go although they are not configured. */
  retired: ReadonlySet<string>;
  /** What builds may have left behind, by token. */
  leftoversOf: ReadonlyMap<string, readonly Leftover[]>;
}

export interface Holder {
  variant: string;
  channel: ChannelName;
}

export function indexImageWorld(world: ImageWorld): IndexedImageWorld {
  return { ...world, ...indexesOf(world) };
}

export function indexWorld(world: World): IndexedWorld {
  return {
    ...world,
    ...indexesOf(world),
    builds: indexBuilds(world.builds),
    pendingStarts: pendingStarts(world.starts, world.builds, world.now),
    patchTuesday: patchTuesdayIn(world),
    retired: new Set(world.configuration.retiredVariants),
    leftoversOf: Map.groupBy(world.leftovers.found, ({ token }) => token),
  };
}

function indexesOf({ images, revokedByRecord, configuration, channels, notified = new Set() }: ImageWorld) {
  return {
    images: Map.groupBy(images, ({ variant }) => variant),
    imagesById: once(() => byId(images)),
    revokedByRecord: new Set(revokedByRecord),
    variants: new Map(configuration.variants.map((variant) => [variant.name, variant])),
    holders: holdersIn(channels),
    notifiedOf: once(() => Map.groupBy(notified, subjectOf)),
  };
}

/** What is read again right before a write to a variant's channels or images. */
export type Reread = Pick<World, "now" | "images" | "revokedByRecord" | "channels" | "references" | "pauses"> & {
  /** Undefined without the policy. */
  fastLaunch?: World["fastLaunch"] | undefined;
  placeRecords?: World["placeRecords"];
  /** Those that were read again. */
  places?: World["places"];
};

/** The world after a variant has been read again; `images` are those of that variant. */
export function withReread(world: IndexedWorld, variant: string, reread: Reread): IndexedWorld {
  const { now, channels, references, pauses, fastLaunch, placeRecords = world.placeRecords, places } = reread;
  const images = new Map([...world.images, [variant, reread.images]]);
  return {
    ...world,
    now,
    channels,
    references,
    pauses,
    ...(fastLaunch && { fastLaunch }),
    placeRecords,
    places: { ...world.places, ...places },
    images,
    imagesById: once(() => byId([...images.values()].flat())),
    revokedByRecord: new Set(reread.revokedByRecord),
    holders: holdersIn(channels),
    patchTuesday: patchTuesdayIn({ now, configuration: world.configuration }),
  };
}

function patchTuesdayIn({ now, configuration }: Pick<World, "now" | "configuration">): string {
  return latestPatchTuesday(now, configuration.policies.patchTuesday);
}

/** One of our images that a channel holds. It nearly always is one of the channel's own variant. */
export function heldImage({ images, imagesById, holders }: IndexedImageWorld, id: string): Image | undefined {
  const holder = holders.get(id)?.[0];
  const own = holder && images.get(holder.variant)?.find((image) => image.id === id);
  return own ?? imagesById().get(id);
}

function holdersIn(channels: Channels): Map<string, Holder[]> {
  const all = Object.entries(channels).flatMap(([variant, held]) =>
    channelNames.flatMap((channel) => (held[channel] ? [{ variant, channel, image: held[channel].image }] : [])),
  );
  return Map.groupBy(all, ({ image }) => image);
}

function byId(images: readonly Image[]): Map<string, Image> {
  return new Map(images.map((image) => [image.id, image]));
}

/** The kind of a notification and the variant or image that it is about: the first two parts of its key. */
function subjectOf(key: string): string {
  const end = key.indexOf("/", key.indexOf("/") + 1);
  return end === -1 ? key : key.slice(0, end);
}
