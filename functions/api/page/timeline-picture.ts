import { channelNames } from "../../config/channel-names.ts";
import { day, iso } from "../../config/time.ts";
import type { Timeline } from "../timeline.ts";
import { type Axis, picture, placeOf, ticks } from "./axis.ts";
import { type Html, html } from "./html.ts";

const width = 1100;
const height = 228;
const top = 18;
const laneHeight = 46;
const barHeight = 24;

/** Builds, channels and images of a variant on one axis. Where AWS has forgotten what was, the lane is hatched. */
export function timelinePicture(timeline: Timeline): Html {
  const axis = axisOf(timeline);
  const lanes = [
    lane("builds", 0, [...gap(axis, 0, axis.from, Date.parse(timeline.builds.knownSince)), ...builds(axis, timeline)]),
    ...channelNames.map((name, index) => lane(name, index + 1, channel(axis, timeline, name, index + 1))),
    lane("images", channelNames.length + 1, images(axis, timeline, channelNames.length + 1)),
  ];
  const name = `Timeline of ${timeline.variant}: builds, what the channels held, and images, from ${iso(axis.from).slice(0, 10)} until now`;
  const bottom = top + lanes.length * laneHeight - 10;
  return picture(name, width, height, [html`${hatching}${ticks(axis, top, bottom)}`, ...lanes]);
}

const hatching = html`<defs><pattern id="gap" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
<line class="hatch" y2="6"/></pattern></defs>`;

/** From a little before the first thing that is known, at most a year ago, until now. */
function axisOf({ now, builds, channels, images }: Timeline): Axis {
  const to = Date.parse(now);
  const times = [
    ...builds.known.map(({ startedAt }) => startedAt),
    ...Object.values(channels).flatMap(({ known }) => known.map(({ at }) => at)),
    ...images.map(({ createdAt }) => createdAt),
  ].map((at) => Date.parse(at));
  const first = Math.max(to - 365 * day, Math.min(to - day, ...times));
  return { from: first - (to - first) / 20, to, left: 84, right: width - 20 };
}

function lane(name: string, index: number, content: readonly Html[]): Html {
  // Its name a second time, because a narrow screen shows the end alone.
  return html`<text class="row" x="76" y="${topOf(index) + 17}" text-anchor="end">${name}</text>
<text class="tick" x="${width - 20}" y="${topOf(index) - 4}" text-anchor="end">${name}</text>${content}`;
}

function topOf(index: number): number {
  return top + index * laneHeight + 4;
}

function bar(axis: Axis, index: number, kind: string, from: number, to: number, title: string): Html {
  const x = placeOf(axis, from);
  const long = Math.max(3, Math.round((placeOf(axis, to) - x) * 10) / 10);
  return html`<rect class="${kind}" x="${x}" y="${topOf(index)}" width="${long}" height="${barHeight}" rx="2"><title>${html`${title}`}</title></rect>`;
}

function gap(axis: Axis, index: number, from: number, to: number): Html[] {
  return to > from && to > axis.from ? [bar(axis, index, "gap", from, to, "AWS no longer knows")] : [];
}

function builds(axis: Axis, { now, builds: { known } }: Timeline): Html[] {
  return known.map(({ purpose, status, startedAt, endedAt }) =>
    bar(
      axis,
      0,
      `bar ${status}`,
      Date.parse(startedAt),
      Date.parse(endedAt ?? now),
      `${purpose} ${status}, ${startedAt}`,
    ),
  );
}

/** What a channel held, oldest first, each image with its last digits where there is room. */
function channel(axis: Axis, { now, channels, images: all }: Timeline, name: string, index: number): Html[] {
  const versions = (channels[name]?.known ?? []).toReversed();
  const bars = versions.flatMap(({ version, image, at }, place) => {
    const next = versions[place + 1];
    const [from, to] = [Date.parse(at), Date.parse(next?.at ?? now)];
    // The versions between are lost, so the image was replaced at an unknown time.
    if (next && next.version > version + 1)
      return [...gap(axis, index, from, to), bar(axis, index, "bar", from, from, `${image} from ${at}`)];
    const room = placeOf(axis, to) - placeOf(axis, from);
    const label = html`<text x="${placeOf(axis, from) + 5}" y="${topOf(index) + 17}">${`…${image.slice(-6)}`}</text>`;
    return [bar(axis, index, "bar", from, to, `${image} from ${at}`), ...(room > 64 ? [label] : [])];
  });
  const [first] = versions;
  const begin = first ? Date.parse(first.at) : axis.to;
  // A parameter that was deleted and made again begins at version 1, so an older image may have been in it.
  const others = all.filter(({ image, proof }) => image !== first?.image && proof === "passed");
  const isForgotten = first === undefined || first.version > 1 || (oldestOf(others) ?? begin) < begin;
  return [...(isForgotten ? gap(axis, index, axis.from, begin) : []), ...bars];
}

function images(axis: Axis, { images: all }: Timeline, index: number): Html[] {
  const marks = all.flatMap(({ image, createdAt, proof, provedAt, approved, revoked, retiredAt }) => [
    mark(axis, index, "○", createdAt, `${image} made`),
    ...(provedAt ? [mark(axis, index, proof === "failed" ? "✕" : "✓", provedAt, `${image} proof ${proof}`)] : []),
    ...(approved?.at ? [mark(axis, index, "▲", approved.at, `${image} approved`)] : []),
    ...(revoked?.at ? [mark(axis, index, "✕", revoked.at, `${image} revoked`)] : []),
    ...(retiredAt ? [mark(axis, index, "▽", retiredAt, `${image} retired`)] : []),
  ]);
  // Images that were deregistered, and older ones than the answer has, are not among them.
  return [...gap(axis, index, axis.from, oldestOf(all) ?? axis.to), ...marks];
}

/** In milliseconds since the epoch; undefined if no image is known. */
function oldestOf(images: Timeline["images"]): number | undefined {
  const oldest = images.at(-1);
  return oldest && Date.parse(oldest.createdAt);
}

/** Each kind of mark has a height of its own, because what happens within hours is in the same place. */
const heights: Readonly<Record<string, number>> = { "○": 8, "✓": 20, "▲": 20, "✕": 32, "▽": 32 };

function mark(axis: Axis, index: number, sign: string, at: string, title: string): Html {
  const y = topOf(index) + (heights[sign] ?? 20);
  return html`<text x="${placeOf(axis, Date.parse(at))}" y="${y}" text-anchor="middle">${sign}<title>${html`${title}, ${at}`}</title></text>`;
}
