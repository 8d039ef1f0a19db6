import ms from "ms";
import wrapAnsi from "wrap-ansi";

/** Lines of at most that many columns, where no word is longer: an ID is never broken. */
export function wrapped(text: string, width: number): string[] {
  return wrapAnsi(readable(text), Math.max(width, 10), { hard: false }).split("\n");
}

/** As {@link wrapped}, each line behind that many spaces. */
export function indented(text: string, by: number, width: number): string[] {
  return wrapped(text, width - by).map((line) => `${" ".repeat(by)}${line}`);
}

/** Times as people write them: `2026-11-05 11:30 UTC` for `2026-11-05T11:30:00.000Z`. */
export function readable(text: string): string {
  return text.replace(/(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\d(\.\d+)?Z/g, "$1 $2 UTC");
}

/** How long something has been so, in its largest unit: `3d`. Clocks that differ make no negative times. */
export function since(time: string, now: string): string {
  return ms(Math.max(0, Date.parse(now) - Date.parse(time)));
}

/** `1 node`, `2 nodes`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
