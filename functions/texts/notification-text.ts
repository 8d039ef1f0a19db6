import { clip, oneLine } from "../config/clip.ts";
import { iso } from "../config/time.ts";
import type { Notification } from "../domain/notifications/due.ts";
import { describeScope } from "../domain/pauses.ts";
import { contentOf } from "./content.ts";
import { commandOf, type Step } from "./steps.ts";
import { type Content, type List, maxColumns, wrapped } from "./texts.ts";

/** SNS's limit for a subject, in characters of ASCII. */
const maxSubjectLength = 100;

/** Lines of a mail, so that a telephone shows all of it. */
export const maxMailLines = 15;

/** What a command or link may take. The names in them come from tags, which have 256 characters at most. */
const maxWholeLength = 1_000;

/** What a mail needs besides its notification. */
export interface Surroundings {
  /** Commands name it unless it is `production`. */
  stage: string;
  /** What changed inside the image compared with the previous one, a line a change; undefined if that is unknown. */
  inside?: readonly string[] | undefined;
}

/**
 * A notification as a mail. What it quotes may come from whoever may tag an image, so it begins no line: otherwise it
 * could go on with lines that look like the service's own.
 */
export function textOf(notification: Notification, { stage, inside }: Surroundings): { subject: string; text: string } {
  const about = describeScope(notification.variant);
  const content = contentOf(notification, inside);
  const subject = `[eks-windows-images] ${content.headline} (${about})`
    .replace(/[^\x20-\x7e]/g, "-")
    .slice(0, maxSubjectLength);
  const first = `${about}: ${content.headline}. ${content.act}`;
  const head = [first, `Since ${iso(notification.at)}`, ""].map(whole);
  const steps = content.steps.flatMap((step) => linesOf(step, stage)).map(whole);
  const tail = steps.length === 0 ? [] : ["", ...steps];
  const room = maxMailLines - head.length - tail.length;
  return { subject, text: [...head, ...detailLines(content.details, { room, stage }), ...tail].join("\n") };
}

/** The details in at most `room` lines, which lists share. */
export function detailLines(details: Content["details"], { room, stage }: { room: number; stage: string }): string[] {
  const lists = details.filter((one): one is List => typeof one === "object" && "items" in one);
  let left = room - (details.length - lists.length);
  let waiting = lists.length;
  return details.flatMap((one) => {
    if (typeof one === "string") return [clip(oneLine(one), maxColumns)];
    if ("whole" in one) return [whole(one.whole)];
    const lines = listed(one, { room: Math.floor(left / waiting), stage });
    waiting -= 1;
    left -= lines.length;
    return lines;
  });
}

/** The items that have room, indented, and how many more there are. */
function listed({ items, none, keep, more }: List, { room, stage }: { room: number; stage: string }): string[] {
  const all = items.length === 0 ? [none] : items;
  const line = (item: string) => clip(`  ${oneLine(item)}`, maxColumns);
  if (all.length <= room) return all.flatMap((item) => wrapped("  ", item, Math.floor(room / all.length), 4));
  const shown = Math.max(0, room - 1);
  const others = `${shown === 0 ? "" : "and "}${all.length - shown} more`;
  if (keep === "last") return [`  ${others} before`, ...all.slice(all.length - shown).map(line)];
  return [...all.slice(0, shown).map(line), whole(`  ${others}${more ? `: ${commandOf(more, stage)}` : ""}`)];
}

function linesOf({ when, command, call }: Step, stage: string): string[] {
  return [`${when}:`, `  ${commandOf(command, stage)}`, ...(call === undefined ? [] : [`  ${call}`])];
}

function whole(line: string): string {
  return clip(oneLine(line), maxWholeLength);
}
