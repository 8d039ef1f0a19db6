import { type Html, html } from "./html.ts";

/** How something stands. Each has a sign besides its colour. */
export type Tone = "good" | "busy" | "warn" | "bad" | "none";

const signs: Readonly<Record<Tone, string>> = { good: "✓", busy: "●", warn: "▲", bad: "✕", none: "–" };

/** A word with a sign and a colour. The word alone says it all. */
export function badge(tone: Tone, text: string): Html {
  return html`<span class="badge ${tone}"><span aria-hidden="true">${signs[tone]}</span> ${text}</span>`;
}
