import { day, hour, minute } from "../../config/time.ts";
import { describeSize, describeStart } from "../../domain/measures.ts";
import type { Measures } from "../image-status.ts";
import { type Content, type Html, html } from "./html.ts";

/** `2026-11-04 12:00 UTC`, with the exact time for machines. */
export function time(at: string): Html {
  return html`<time datetime="${at}">${at.slice(0, 10)} ${at.slice(11, 16)} UTC</time>`;
}

/** A time and how far it is from now: `2026-11-04 12:00 UTC, in 5 h 10 min`. */
export function timeFrom(now: string, at: string): Html {
  return html`${time(at)}, ${distance(now, at)}`;
}

/** `3 d 4 h ago`, `in 5 h 10 min` or `now`. */
export function distance(now: string, at: string): string {
  const milliseconds = Date.parse(at) - Date.parse(now);
  const length = span(Math.abs(milliseconds));
  if (length === "") return "now";
  return milliseconds < 0 ? `${length} ago` : `in ${length}`;
}

/** How long something has been so: `3 d 4 h`. */
export function elapsed(now: string, since: string): string {
  return span(Date.parse(now) - Date.parse(since)) || "less than a minute";
}

/** A span of time in its two largest units; empty for less than a minute. */
export function span(milliseconds: number): string {
  const parts: [number, string][] = [
    [Math.floor(milliseconds / day), "d"],
    [Math.floor((milliseconds % day) / hour), "h"],
    [Math.floor((milliseconds % hour) / minute), "min"],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  if (first === -1) return "";
  const shown = parts.slice(first, first + 2).filter(([count]) => count > 0);
  return shown.map(([count, unit]) => `${count} ${unit}`).join(" ");
}

/** `1 variant`, `2 variants`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** A date, which stays on one line. */
export function date(text: string): Html {
  return html`<span class="date">${text}</span>`;
}

/** A sentence of the service with its times as {@link time} writes them. */
export function readable(sentence: string): string {
  return sentence.replace(/(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\d\.\d{3}Z/g, "$1 $2 UTC");
}

/** `3 m 40 s` and, below it, `31.2 GiB`: what builds have measured of an image. */
export function measures({ startSeconds, usedBytes }: Measures): Content {
  return [startSeconds === null ? "not measured" : describeStart(startSeconds * 1_000), onDisk({ usedBytes })];
}

/** What an image takes on its disk, on a line of its own. */
export function onDisk({ usedBytes }: Pick<Measures, "usedBytes">): Content {
  return usedBytes !== null && html`<br><small>${describeSize(usedBytes)} on disk</small>`;
}

/** An ID or another text of a machine. */
export function code(text: string): Html {
  return html`<code>${text}</code>`;
}

/** A link to elsewhere, or its text if the address is none of the web: it comes from AWS. */
export function outward(address: string | null | undefined, text: string): Html {
  return address && /^https:\/\//.test(address)
    ? html`<a href="${address}" rel="noreferrer noopener">${text}</a>`
    : html`no ${text}`;
}

/** An unordered list of sentences or of other things; nothing if it is empty. */
export function list(items: readonly (string | Html)[]): Content {
  const shown = items.map((item) => (typeof item === "string" ? readable(item) : item));
  return shown.length > 0 && html`<ul>${shown.map((item) => html`<li>${item}</li>`)}</ul>`;
}

/** Terms with what is known of each. A term without content is left out. */
export function facts(entries: readonly (readonly [string, Content])[]): Content {
  const known = entries.filter(([, content]) => !isEmpty(content));
  return (
    known.length > 0 &&
    html`<dl>${known.map(([term, content]) => html`<div><dt>${term}</dt><dd>${content}</dd></div>`)}</dl>`
  );
}

function isEmpty(content: Content): boolean {
  return (
    content === "" ||
    content === null ||
    content === undefined ||
    content === false ||
    (Array.isArray(content) && content.every(isEmpty))
  );
}

/** Who, when and why, as a call has recorded it. */
export function byWhom(
  now: string,
  { reason, by, at }: { reason: string; by: string | null; at: string | null },
): Html {
  return html`by ${by ?? "an unknown person"}${at && html`, ${timeFrom(now, at)}`}: <q>${reason}</q>`;
}
