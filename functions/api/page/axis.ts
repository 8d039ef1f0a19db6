import { day, iso } from "../../config/time.ts";
import { type Html, html } from "./html.ts";

/** A span of time as the x axis of a picture; times in milliseconds since the epoch, places in units of the picture. */
export interface Axis {
  from: number;
  to: number;
  left: number;
  right: number;
}

/** Where a time is, to a tenth. A time before the axis is at its beginning. */
export function placeOf({ from, to, left, right }: Axis, at: number): number {
  const share = (Math.min(Math.max(at, from), to) - from) / Math.max(1, to - from);
  return Math.round((left + share * (right - left)) * 10) / 10;
}

const widths = [1, 2, 7, 14, 31, 92].map((days) => days * day);

/** Dates below a picture, at most eight, each with a line through it. */
export function ticks(axis: Axis, top: number, bottom: number): Html[] {
  const width = widths.find((one) => (axis.to - axis.from) / one <= 7) ?? 366 * day;
  const first = Math.ceil(axis.from / width) * width;
  const times = Array.from(
    { length: Math.max(0, Math.floor((axis.to - first) / width) + 1) },
    (_, index) => first + index * width,
  );
  return times.map((at) => {
    const x = placeOf(axis, at);
    const label = iso(at).slice(0, 10);
    return html`<line class="grid" x1="${x}" x2="${x}" y1="${top}" y2="${bottom}"/>
<text class="tick" x="${x}" y="${bottom + 16}" text-anchor="middle">${label}</text>`;
  });
}

/**
 * A picture that scrolls within itself where the screen is narrower, from its end on, which is now. Its name says what it
 * shows; tables say the rest.
 */
export function picture(name: string, width: number, height: number, content: readonly Html[]): Html {
  return html`<div class="scroll picture" role="group" aria-label="${name}" tabindex="0">
<svg role="img" aria-label="${name}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">${content}</svg></div>`;
}
