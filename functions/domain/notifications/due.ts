import { day } from "../../config/time.ts";
import type { BuildDecision } from "../build-orders.ts";
import type { FleetDecision } from "../fleets/decide.ts";
import type { IndexedWorld } from "../indexed-world.ts";
import type { ChannelDecision } from "../publishing/publish.ts";
import type { VariantImages, VariantState } from "../variant-state.ts";
import { type BuildNotification, buildNotifications } from "./build-notifications.ts";
import { type ChannelNotification, channelNotifications } from "./channel-notifications.ts";
import { type FastLaunchNotification, fastLaunchNotifications } from "./fast-launch-notifications.ts";
import { type FleetNotification, fleetNotifications } from "./fleet-notifications.ts";
import { type ImageNotification, imageNotifications, revoked, unrevoked } from "./image-notifications.ts";
import type { Keyed } from "./keyed.ts";
import { type MeasureNotification, measureNotifications } from "./measure-notifications.ts";
import { type PauseNotification, pauseNotifications } from "./pause-notifications.ts";
import { type PlaceNotification, placeNotifications } from "./place-notifications.ts";
import { type SourceNotification, sourceNotifications } from "./source-notifications.ts";
import { abandoned } from "./stranded-channels.ts";
import { type UnrecordedNotification, unrecorded } from "./unrecorded-images.ts";

/** Something that subscribers are notified of once, derived from the world. */
export type Notification = Keyed<
  | ChannelNotification
  | ImageNotification
  | UnrecordedNotification
  | MeasureNotification
  | BuildNotification
  | SourceNotification
  | PauseNotification
  | FleetNotification
  | FastLaunchNotification
  | PlaceNotification
>;

export type NotificationOf<Kind extends Notification["kind"]> = Extract<Notification, { kind: Kind }>;

/**
 * Subscribers are not notified of anything older than this, in milliseconds. The records of sent notifications expire
 * later.
 */
export const notifyWithin = 30 * day;

/**
 * The notifications about a variant that subscribers have not received yet.
 * @param next what this run decided for the variant's build, within the limits of all variants, and for its channels
 */
export function dueNotifications(
  world: IndexedWorld,
  state: VariantState,
  next: { build: BuildDecision; channels: readonly ChannelDecision[] },
): Notification[] {
  return due(world, [
    ...channelNotifications(world, state, next.channels),
    ...imageNotifications(world, state),
    ...unrecorded(world, state),
    ...measureNotifications(world, state),
    ...buildNotifications(world, state, next.build),
    ...sourceNotifications(world, state),
  ]);
}

/** The notifications about a removed variant that subscribers have not received yet. */
export function dueNotificationsOfRemoved(world: IndexedWorld, removed: VariantImages): Notification[] {
  return due(world, [
    ...revoked(world, removed),
    ...unrevoked(world, removed),
    ...unrecorded(world, removed),
    ...abandoned(world, removed),
  ]);
}

/** The notifications about pauses that subscribers have not received yet. */
export function duePauseNotifications(world: IndexedWorld): Notification[] {
  return due(world, pauseNotifications(world));
}

/** The notifications about a fleet that subscribers have not received yet. */
export function dueFleetNotifications(world: IndexedWorld, decision: FleetDecision): Notification[] {
  return due(world, fleetNotifications(world, decision));
}

/** The notifications about Fast Launch that subscribers have not received yet. */
export function dueFastLaunchNotifications(world: IndexedWorld): Notification[] {
  return due(world, fastLaunchNotifications(world));
}

/** The notifications about places that subscribers have not received yet. */
export function duePlaceNotifications(world: IndexedWorld): Notification[] {
  return due(world, placeNotifications(world));
}

function due(world: IndexedWorld, notifications: Notification[]): Notification[] {
  return notifications.filter(({ key, at }) => !world.notified.has(key) && world.now - at <= notifyWithin);
}
