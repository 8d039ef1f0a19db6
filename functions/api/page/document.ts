import { type Content, type Html, html, toText } from "./html.ts";
import { style } from "./style.ts";
import { time } from "./words.ts";

/** The whole document. It is complete in itself: no script, and nothing from elsewhere. */
export function document({
  title,
  place,
  now,
  content,
  foot,
}: {
  title: string;
  /** What the page is about: the stage, or a variant. */
  place: string;
  /** ISO 8601; undefined if nothing was read. */
  now?: string | undefined;
  content: Html;
  foot?: Content;
}): string {
  return toText(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${html`${title} – eks-windows-images`}</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<a class="skip" href="#content">To the content</a>
<header><h1>eks-windows-images <span>${place}</span></h1>${now && html`<p>As of ${time(now)}</p>`}</header>
<main id="content" tabindex="-1">${content}</main>
<footer>${foot}</footer>
</body>
</html>
`);
}
