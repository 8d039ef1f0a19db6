import { day } from "../../config/time.ts";
import type { BuildDecision } from "../build-orders.ts";
import type { VariantImages, VariantState } from "../variant-state.ts";
import type { World } from "../world.ts";
import { type BuildNotification, buildNotifications } from "./build-notifications.ts";
import { type ChannelNotification, channelNotifications } from "./channel-notifications.ts";
import { type ImageNotification, imageNotifications, revoked, unrevoked } from "./image-notifications.ts";
import type { Keyed } from "./keyed.ts";
import { type PauseNotification, pauseNotifications } from "./pause-notifications.ts";
import { type SourceNotification, sourceNotifications } from "./source-notifications.ts";
import { abandoned } from "./stranded-channels.ts";
import { type UnrecordedNotification, unrecorded } from "./unrecorded-images.ts";

/** Something that subscribers are notified of once, derived from the world. */
export type Notification = Keyed<
  | ChannelNotification
  | ImageNotification
  | UnrecordedNotification
  | BuildNotification
  | SourceNotification
  | PauseNotification
>;

export type NotificationOf<Kind extends Notification["kind"]> = Extract<Notification, { kind: Kind }>;

/**
 * Subscribers are not notified of anything older than this, in milliseconds. The records of sent notifications expire
 * later.
 */
export const notifyWithin = 30 * day;

/**
 * The notifications about a variant that subscribers have not received yet.
 * @param next what this run decided for the variant's build, within the limits of all variants
 */
export function dueNotifications(world: World, state: VariantState, next: BuildDecision): Notification[] {
  return due(world, [
    ...channelNotifications(world, state),
    ...imageNotifications(world, state),
    ...unrecorded(world, state),
    ...buildNotifications(world, state, next),
    ...sourceNotifications(world, state),
  ]);
}

/** The notifications about a removed variant that subscribers have not received yet. */
export function dueNotificationsOfRemoved(world: World, removed: VariantImages): Notification[] {
  return due(world, [
    ...revoked(world, removed),
    ...unrevoked(world, removed),
    ...unrecorded(world, removed),
    ...abandoned(world, removed),
  ]);
}

/** The notifications about pauses that subscribers have not received yet. */
export function duePauseNotifications(world: World): Notification[] {
  return due(world, pauseNotifications(world));
}

function due(world: World, notifications: Notification[]): Notification[] {
  return notifications.filter(({ key, at }) => !world.notified.has(key) && world.now - at <= notifyWithin);
}
