import type { Policies } from "../../config/policies.ts";
import type { Answer } from "../http.ts";
import type { Status } from "../status.ts";
import { answerRoom } from "../status-part.ts";
import { pageAnswer } from "./answer.ts";
import { badge } from "./badge.ts";
import { conditionOf, verdictOf } from "./condition.ts";
import { document } from "./document.ts";
import { fleetsPart } from "./fleets.ts";
import { type Content, html } from "./html.ts";
import { anchorOf, matrix } from "./matrix.ts";
import { placesPart } from "./places.ts";
import { leftoversPart, pausesPart, removedPart } from "./rest.ts";
import { variantSection } from "./variant.ts";
import { time } from "./words.ts";

/** What the page depends on besides the status. */
export interface PageSettings {
  policies: Policies;
  /** The one variant that the caller has asked for; undefined if the page is about all. */
  variant?: string | undefined;
  /** The variant at which the caller has asked to begin. */
  from?: string | undefined;
}

/** More variants than these get a short part each, with links to the rest. */
const fewVariants = 12;
const mostNamed = 8;
/** The images in a page about one variant, at most. */
const mostImages = 200;

/** The status as a page of HTML: the verdict first, then variants and channels, then everything that is known. */
export function statusPage(status: Status, { policies, variant: only, from }: PageSettings): string {
  const { now, stage, variants, next } = status;
  const isShort = variants.length > fewVariants;
  const detail = {
    now,
    policies,
    images: only ? mostImages : isShort ? 3 : 8,
    chart: !isShort,
    open: variants.length === 1,
  };
  const isPart = from !== undefined || next !== null;
  const verdict = verdictOf(status, isPart);
  const place = only ?? `stage ${stage}`;
  return document({
    title: `${verdict.word} ${place}`,
    place,
    now,
    content: html`
<p class="verdict ${verdict.tone}">${badge(verdict.tone, verdict.word)}</p>
${isPart && html`<p>This page has a part of the variants. <a href="./">To the first ones</a></p>`}
${lookFirst(status)}
${only && html`<p><a href="./">All variants</a></p>`}
${pausesPart(status)}
${
  variants.length > 0 &&
  html`<section aria-labelledby="variants"><h2 id="variants">Variants</h2>${matrix(status)}${more(next)}</section>
${placesPart(status)}
${fleetsPart(status)}
<section aria-labelledby="details"><h2 id="details">Details</h2>${variants.map((variant) => variantSection(variant, detail))}</section>`
}
${removedPart(status)}
${leftoversPart(status)}
${more(next)}`,
    foot: html`<p>Recipe ${status.recipe.slice(0, 12)}. Read at ${time(now)}; reload the page to read anew.
<a href="plan">The plan as JSON</a></p>`,
  });
}

/** Links to the variants that need somebody, the worst first. */
function lookFirst({ variants }: Status): Content {
  const found = variants.map((variant) => ({ name: variant.variant, ...conditionOf(variant) }));
  const worst = ["bad", "warn"].flatMap((tone) => found.filter((one) => one.tone === tone)).slice(0, mostNamed);
  const links = worst.map(
    ({ name, word }, index) => html`${index > 0 && ", "}<a href="#${anchorOf(name)}">${name}</a> (${word})`,
  );
  return variants.length > 1 && links.length > 0 && html`<p>Look first at ${links}</p>`;
}

/** What the variants of a page may take of the status as JSON, in bytes: a hundred with 20 images each. */
const pageRoom = 3_000_000;

/**
 * A page with as many variants as Lambda can answer.
 * @param read reads the status with that room for variants
 */
export function statusPageAnswer(read: (room: number) => Status, settings: PageSettings): Answer {
  for (let room = pageRoom; ; room /= 4) {
    const status = read(room);
    const page = pageAnswer(200, statusPage(status, settings));
    // Escaping may make hostile text six times as long. A status of one variant cannot be any shorter.
    const isShortest = status.variants.length + status.removedVariants.length <= 1;
    if (isShortest || Buffer.byteLength(JSON.stringify(page)) <= answerRoom) return page;
  }
}

/** The link to the rest of a status that fits into no answer; relative, because a proxy may serve the page. */
function more(next: string | null): Content {
  return next !== null && html`<p class="more"><a href=".${next}">The variants after these</a></p>`;
}
