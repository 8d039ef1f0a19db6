import type { PlaceStatus, Status, VariantStatus } from "../status.ts";
import { badge, type Tone } from "./badge.ts";
import { type Content, type Html, html } from "./html.ts";
import { anchorOf } from "./matrix.ts";
import { type Column, table } from "./table.ts";
import { code, distance, elapsed, list, readable, timeFrom } from "./words.ts";

type There = VariantStatus["places"][number];

/** A row for each variant and channel, a column for each place. */
interface Row {
  variant: string;
  channel: There["channel"];
  cells: readonly There[];
}

/** What the places hold, and what is wrong with them. */
export function placesPart({ now, places, variants }: Status): Content {
  if (places.length === 0) return false;
  const rows = variants.flatMap(({ variant, places: cells }) =>
    [...Map.groupBy(cells, ({ channel }) => channel)].map(([channel, own]): Row => ({ variant, channel, cells: own })),
  );
  return html`<section aria-labelledby="places"><h2 id="places">Places</h2>${list(places.flatMap((place) => remarks(now, place)))}
${table("Variants and their channels in each place", columnsAt(now, places), rows)}</section>`;
}

function columnsAt(now: string, places: readonly PlaceStatus[]): Column<Row>[] {
  return [
    {
      title: "Variant",
      cell: ({ variant, channel }) => html`<a href="#${anchorOf(variant)}">${variant}</a><br><small>${channel}</small>`,
    },
    ...places.map(({ place }) => ({
      title: place,
      cell: ({ cells }: Row) => {
        const there = cells.find((one) => one.place === place);
        return there ? cell(now, there) : "no such channel";
      },
    })),
  ];
}

const tones: Readonly<Record<There["state"], [tone: Tone, word: string]>> = {
  current: ["good", "as at home"],
  publish: ["busy", "moves now"],
  wait: ["warn", "waits"],
  unknown: ["bad", "unknown"],
};

function cell(now: string, { image, id, since, state, reasons, until }: There): Content {
  const [tone, word] = tones[state];
  return [
    id ? code(id) : "nothing",
    id && id !== image && html`<br><small>${image ? html`copy of ${code(image)}` : "not of home"}</small>`,
    since && html`<br><small>for ${elapsed(now, since)}</small>`,
    html`<br>${badge(tone, word)}`,
    until && html` <small>until ${timeFrom(now, until)}</small>`,
    reasons.length > 0 && html`<br><small>${readable(reasons.join("; "))}</small>`,
  ];
}

function remarks(now: string, { place, unknown, awaySince, unrecorded }: PlaceStatus): Html[] {
  const since = awaySince && html` (away since ${distance(now, awaySince)})`;
  return [
    ...(unknown === null ? [] : [html`${badge("bad", "does not answer")} ${place}${since}: ${readable(unknown)}`]),
    ...(unrecorded ?? []).map(
      (id) =>
        html`${badge("warn", "not recorded")} ${place}: ${code(id)} only looks like a copy and is never published`,
    ),
  ];
}
