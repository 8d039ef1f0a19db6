import { clip, oneLine, withinCharacters } from "../config/clip.ts";
import type { Notification, NotificationOf } from "../domain/notifications/due.ts";
import type { Step } from "./steps.ts";

/** Characters of a line. Commands and links may be longer, since half of one is of no use. */
export const maxColumns = 100;

/** A link, which is never shortened to {@link maxColumns}. */
export interface Whole {
  whole: string;
}

/** As many items, each on a line of its own, as a mail has room for. */
export interface List {
  items: readonly string[];
  /** Stands there if the list is empty. */
  none: string;
  /** Which items stay if there is no room for all; the first, if it is not given. */
  keep?: "last";
  /** Arguments of the command that shows the others. */
  more?: readonly string[];
}

/** What a notification says: what happened, whether the reader must act, why, and what can be done. */
export interface Content {
  /** What happened, about whom the notification is left out. */
  headline: string;
  /** Begins with `Act` or `You need not act`; one sentence. */
  act: string;
  details: (string | Whole | List)[];
  steps: Step[];
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
 * `Cause  a text`, on as many lines of {@link maxColumns} as it needs, at most `maxLines`. What exceeds them is cut.
 * @param indent columns before each further line, at least as many as the label has
 */
export function wrapped(label: string, text: string, maxLines = 2, indent = label.length): string[] {
  const width = maxColumns - indent;
  const lines: string[] = [];
  let rest = oneLine(text).trim();
  while (lines.length < maxLines - 1 && rest.length > width) {
    const space = rest.lastIndexOf(" ", width);
    const line = space > width / 2 ? rest.slice(0, space) : withinCharacters(rest, width);
    lines.push(line);
    rest = rest.slice(line.length).trimStart();
  }
  return [...lines, clip(rest, width)].map((line, index) => `${index === 0 ? label : " ".repeat(indent)}${line}`);
}
