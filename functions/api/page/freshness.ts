import { type ChannelName, channelNames } from "../../config/channel-names.ts";
import { latestPatchTuesday, nextPatchTuesday, type PatchTuesdayPolicy } from "../../config/patch-tuesday.ts";
import { day, iso } from "../../config/time.ts";
import type { VariantStatus } from "../status.ts";
import { type Axis, picture, placeOf, ticks } from "./axis.ts";
import { type Content, type Html, html } from "./html.ts";
import { table } from "./table.ts";
import { span, time } from "./words.ts";

/** A Patch Tuesday: its date, and when it counts as released, in milliseconds since the epoch. */
interface Release {
  date: string;
  at: number;
}

/** A channel's image from then on, by the Patch Tuesday of its updates. */
interface Step {
  at: number;
  updates: string;
}

const longest = 366 * day;

/**
 * When the Patch Tuesdays reached the channels, as a picture and as a table. Known are the images that still exist and
 * the last write of each, so nothing is said of the time before the first of these.
 */
export function freshnessOverTime(now: string, variant: VariantStatus, policy: PatchTuesdayPolicy): Content {
  const end = Date.parse(now);
  const steps = new Map(channelNames.map((name) => [name, stepsOf(variant, name)]));
  const first = Math.min(...[...steps.values()].flatMap((all) => all.map(({ at }) => at)));
  if (!Number.isFinite(first)) return html`<p>No image has been published yet.</p>`;
  const releases = releasesBetween(Math.max(first - 32 * day, end - longest), end, policy);
  const axis = {
    from: Math.max(Math.min(first, releases[0]?.at ?? first) - day, end - longest),
    to: end,
    left: 90,
    right: 700,
  };
  return [
    drawn(`Patch Tuesdays released, and in the channels of ${variant.variant}`, axis, releases, steps),
    html`<p class="legend"><span class="key released">released</span> <span class="key candidate">in candidate</span>
<span class="key stable">in stable</span></p>`,
    table(
      `Patch Tuesdays in the channels of ${variant.variant}`,
      [
        { title: "Patch Tuesday", cell: ({ date }) => date },
        { title: "Released", cell: ({ at }) => time(iso(at)) },
        ...channelNames.map((name) => ({
          title: `In ${name}`,
          cell: (release: Release) => arrival(release, steps.get(name) ?? []),
        })),
      ],
      releases.toReversed(),
    ),
  ];
}

function stepsOf({ images = [] }: VariantStatus, channel: ChannelName): Step[] {
  const steps = images.flatMap(({ written, inputs: { patchTuesday } }) => {
    const at = written[channel]?.at;
    return at && patchTuesday ? [{ at: Date.parse(at), updates: patchTuesday }] : [];
  });
  return steps.toSorted((a, b) => a.at - b.at);
}

function releasesBetween(from: number, to: number, policy: PatchTuesdayPolicy): Release[] {
  const releases: Release[] = [];
  for (let at = nextPatchTuesday(from, policy); at <= to; at = nextPatchTuesday(at, policy))
    releases.push({ date: latestPatchTuesday(at, policy), at });
  return releases;
}

function arrival({ date, at }: Release, steps: readonly Step[]): Content {
  const step = steps.find(({ updates }) => updates >= date);
  if (!step) return "not yet";
  const late = span(step.at - at);
  return [time(iso(step.at)), step.at > at && late && html`<br><small>${late} later</small>`];
}

const top = 16;
const rowHeight = 26;

/** A row for each Patch Tuesday. Each line is at the one whose updates it has: the lower, the further behind. */
function drawn(name: string, axis: Axis, releases: readonly Release[], steps: ReadonlyMap<ChannelName, Step[]>): Html {
  const bottom = top + Math.max(1, releases.length) * rowHeight;
  const yOf = (updates: string) => {
    const rows = releases.filter(({ date }) => date <= updates).length;
    return rows === 0 ? bottom : bottom - (rows - 0.5) * rowHeight;
  };
  const rows = releases.map(
    ({ date }) => html`<text class="row" x="${axis.left - 8}" y="${yOf(date) + 4}" text-anchor="end">${date}</text>`,
  );
  const released = releases.map(({ at, date }) => ({ at, updates: date }));
  return picture(name, 720, bottom + 26, [
    ...ticks(axis, top, bottom),
    ...rows,
    line("released", axis, released, yOf, 0),
    ...[...steps].map(([channel, own], index) => line(channel, axis, own, yOf, 3 * (index + 1))),
  ]);
}

/** A line of steps, a little lower than its place, so that equal lines are seen side by side. */
function line(kind: string, axis: Axis, steps: readonly Step[], yOf: (updates: string) => number, shift: number): Html {
  const path = steps.map(({ at, updates }, index) => {
    const [x, y] = [placeOf(axis, at), yOf(updates) + shift];
    return index === 0 ? `M${x} ${y}` : `H${x}V${y}`;
  });
  return html`<path class="line ${kind}" d="${path.join("")}${path.length > 0 ? `H${axis.right}` : ""}"/>`;
}
