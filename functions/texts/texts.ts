import type { Notification, NotificationOf } from "../domain/notifications/due.ts";

/** What a notification says: what happened, why, what to do, how to undo it. */
export interface Content {
  headline: string;
  lines: string[];
}

/**
 * The content of each kind of notification.
 * @param inside what changed inside the image compared with the previous one, a line a change; undefined if that is
 * unknown
 */
export type Texts<Kind extends Notification["kind"]> = {
  [Each in Kind]: (notification: NotificationOf<Each>, inside?: readonly string[]) => Content;
};
