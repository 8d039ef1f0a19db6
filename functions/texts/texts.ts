import type { Notification, NotificationOf } from "../domain/notifications/due.ts";

/** Longer lists help no reader. SNS accepts 256 KB in total. */
const maxListedLines = 40;

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

/**
 * The first lines of a list, indented, and how many more there are.
 * @param none what stands there if the list is empty
 */
export function listed(lines: readonly string[], none: string): string[] {
  const shown = (lines.length === 0 ? [none] : lines.slice(0, maxListedLines)).map((line) => `  ${line}`);
  return lines.length > maxListedLines ? [...shown, `  and ${lines.length - maxListedLines} more`] : shown;
}
