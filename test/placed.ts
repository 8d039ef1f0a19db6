import type { ChannelName } from "../functions/config/channel-names.ts";
import type { FastLaunch } from "../functions/domain/fast-launches.ts";
import type { ImageThere, KnownPlace } from "../functions/domain/observed-place.ts";
import type { PlacedImage, PlaceHistory } from "../functions/domain/place-records.ts";
import type { PlaceAction } from "../functions/domain/places/actions.ts";
import { plan } from "../functions/domain/plan.ts";
import type { Shown } from "./fast-launched.ts";
import type { Scene } from "./scene.ts";
import { core, day, hour, present } from "./world.ts";

export const volumeKeyArn = "arn:aws:kms:us-east-1:123456789012:key/0123abcd-0123-4567-89ab-0123456789ab";

/** A second Region of the account, by copies. */
export const ireland = { name: "ireland", region: "eu-west-1", method: "copy" } as const;

/** Another account of the same Region, by sharing. */
export const apps = {
  name: "apps",
  region: "us-east-1",
  account: "210987654321",
  roleArn: "arn:aws:iam::210987654321:role/place",
  method: "share",
} as const;

type OpenHistory = { -readonly [Field in keyof PlaceHistory]: PlaceHistory[Field] } & {
  images: Record<string, PlacedImage>;
};
type OpenPlace = KnownPlace & { images: Record<string, ImageThere> };

/** What happens in one place of a scene, which answers from now on. */
export function placed({ world }: Scene, name: string) {
  const place: OpenPlace = { state: "known", channels: {}, images: {}, references: {} };
  const history: OpenHistory = { images: {}, unseenSince: undefined };
  world.places[name] = place;
  world.placeRecords.histories[name] = history;

  const recordsOf = (image: string): PlacedImage => history.images[image] ?? { copies: [], written: {}, proofs: [] };
  const edit = (image: string, changes: Partial<PlacedImage>) => {
    history.images[image] = { ...recordsOf(image), ...changes };
  };

  const there = {
    /** EC2 has answered this copy, two days ago, and it is available, with changes. */
    copied(image: string, id: string, changes: Partial<ImageThere> & { at?: number } = {}) {
      const { at = world.now - 2 * day, ...shown } = changes;
      edit(image, { copies: [{ id, at }, ...recordsOf(image).copies] });
      place.images[id] = { id, state: "available", createdAt: at, source: image, variant: core, ...shown };
      return there;
    },
    /** The image is shared since two days, and the place sees it. */
    shared(image: string) {
      edit(image, { sharedAt: world.now - 2 * day, unsharedAt: undefined });
      place.images[image] = { id: image, state: "available", createdAt: world.now - 2 * day };
      return there;
    },
    unshared(image: string, ago: number) {
      edit(image, { sharedAt: undefined, unsharedAt: world.now - ago });
      delete place.images[image];
      return there;
    },
    /** An image of the place's account that home did not record. */
    looksLike(image: string, id: string) {
      place.images[id] = { id, state: "available", createdAt: world.now - day, source: image, variant: core };
      return there;
    },
    records: edit,
    change(id: string, changes: Partial<ImageThere>) {
      place.images[id] = { ...present(place.images[id], `no image ${id}`), ...changes };
      return there;
    },
    /** A channel there has held this for an hour. */
    holds(id: string, channel: ChannelName = "stable", variant = core) {
      const seen = place.images[id];
      const holds = seen
        ? ({ status: "described", createdAt: seen.createdAt, state: seen.state } as const)
        : ({ status: "gone" } as const);
      const version = (place.channels[variant]?.[channel]?.version ?? 0) + 1;
      place.channels[variant] = {
        ...place.channels[variant],
        [channel]: { image: id, version, writtenAt: world.now - hour, holds },
      };
      return there;
    },
    uses(id: string, by?: string) {
      place.references = {
        ...place.references,
        [id]: by === undefined ? { state: "unused" } : { state: "used", by: [by] },
      };
      return there;
    },
    retired(id: string, ago: number) {
      world.placeRecords.retired[id] = world.now - ago;
      return there;
    },
    released(id: string) {
      world.placeRecords.released[id] = world.now;
      delete world.placeRecords.retired[id];
      return there;
    },
    away(why = "AccessDenied: not authorized to perform sts:AssumeRole", since?: number) {
      world.places[name] = { state: "unknown", why };
      history.unseenSince = since === undefined ? undefined : world.now - since;
      return there;
    },
    /** It answers since now. */
    cameBack(since: number) {
      history.back = { at: world.now, since };
      return there;
    },
    /** It answers as before. */
    answers() {
      world.places[name] = place;
      return there;
    },
    /** EC2 shows this of Fast Launch there, since an hour, and nothing else; what is ours was recorded. */
    fastLaunched(shown: Readonly<Record<string, Shown>> = {}) {
      const images: Record<string, FastLaunch> = {};
      const recorded: Record<string, string> = { ...history.fastLaunched?.recorded };
      for (const [image, { ours = true, ...changes }] of Object.entries(shown)) {
        const since = world.now - hour;
        images[image] = { image, state: "enabled", reason: undefined, since, maxParallelLaunches: 6, ...changes };
        if (ours) recorded[image] = name;
      }
      place.fastLaunches = { state: "known", images };
      history.fastLaunched = { recorded, refused: { ...history.fastLaunched?.refused } };
      return there;
    },
    /** EC2 has just refused to do that. */
    fastLaunchRefused(id: string, of: "enable" | "disable", reason: string) {
      const { recorded = {}, refused = {} } = history.fastLaunched ?? {};
      history.fastLaunched = { recorded, refused: { ...refused, [id]: { of, reason, at: world.now } } };
      return there;
    },
    fastLaunchUnknown(why: string) {
      place.fastLaunches = { state: "unknown", why };
      return there;
    },
    withoutGrant(why: string) {
      place.withoutGrant = why;
      return there;
    },
  };
  return there;
}

/** What the plan does in places: `ireland: publish-there stable ami-c2` … `apps: wait`. */
export function plannedIn({ world }: Scene): string[] {
  return plan(world).flatMap((action) => ("place" in action ? [describe(action)] : []));
}

/** Why the actions of a place are planned, by the word of the action. */
export function whyIn({ world }: Scene, what: PlaceAction["do"]): string {
  const all = plan(world).filter((action) => "place" in action && action.do === what);
  return all.flatMap((action) => ("reasons" in action ? action.reasons : [])).join("; ");
}

function describe(action: PlaceAction): string {
  const parts = [
    action.do,
    "channel" in action ? action.channel : undefined,
    "id" in action ? action.id : "image" in action ? action.image : undefined,
    "sight" in action ? action.sight : undefined,
    "enable" in action ? (action.enable ? "on" : "off") : undefined,
  ];
  return `${action.place}: ${parts.filter((part) => part !== undefined).join(" ")}`;
}
