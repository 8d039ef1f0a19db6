import { channelNames } from "../../config/channel-names.ts";
import type { Timeline } from "../timeline.ts";
import { badge, type Tone } from "./badge.ts";
import { document } from "./document.ts";
import { type Content, type Html, html } from "./html.ts";
import { type Column, table } from "./table.ts";
import { timelinePicture } from "./timeline-picture.ts";
import { byWhom, code, date, distance, elapsed, list, measures, outward, readable, time, timeFrom } from "./words.ts";

type KnownBuild = Timeline["builds"]["known"][number];
type KnownImage = Timeline["images"][number];

/** What AWS remembers of a variant, as a picture and as lists. */
export function timelinePage(timeline: Timeline): string {
  const { now, variant, builds, images, imagesCut } = timeline;
  return document({
    title: `Timeline of ${variant}`,
    place: `timeline of ${variant}`,
    now,
    content: html`
<p><a href="./?variant=${encodeURIComponent(variant)}">Status of ${variant}</a> · <a href="./">All variants</a></p>
<section aria-labelledby="picture"><h2 id="picture">Timeline</h2>${timelinePicture(timeline)}
<p class="legend">Hatched: AWS no longer knows. ○ image made, ✓ proved, ▲ approved, ✕ revoked, ▽ retired. The lists below say the same.</p></section>
<section aria-labelledby="builds"><h2 id="builds">Builds</h2>
<p>CodeBuild and this page reach back to ${time(builds.knownSince)}. What was before is not known.</p>
${builds.known.length > 0 ? table(`Builds of ${variant}`, buildColumns(now), builds.known) : html`<p>No build is known.</p>`}</section>
${channelNames.map((name) => channelPart(timeline, name))}
<section aria-labelledby="images"><h2 id="images">Images</h2><p>Deregistered images are no longer known.${imagesCut && ` These are the newest ${images.length}; there are older ones.`}</p>
${images.length > 0 ? table(`Images of ${variant}`, imageColumns(now), images) : html`<p>No image is known.</p>`}</section>`,
  });
}

const results: Readonly<Record<KnownBuild["status"], Tone>> = {
  running: "busy",
  succeeded: "good",
  failed: "bad",
  stopped: "none",
};

function buildColumns(now: string): Column<KnownBuild>[] {
  return [
    { title: "Started", cell: ({ startedAt }) => time(startedAt) },
    {
      title: "What",
      cell: ({ purpose, place, attempt }) => [purpose, place && ` ${place}`, attempt > 1 && ` (attempt ${attempt})`],
    },
    { title: "Result", cell: ({ status }) => badge(results[status], status) },
    { title: "Took", cell: ({ startedAt, endedAt }) => elapsed(endedAt ?? now, startedAt) },
    { title: "Image", cell: ({ image }) => image !== null && code(image) },
    { title: "Failure", cell: ({ failure }) => failure && html`<b>${failure.class}</b>: ${failure.cause}` },
    { title: "Log", cell: ({ log, build }) => [outward(log, "log"), html`<br><small>${code(build)}</small>`] },
  ];
}

/** A version, or versions that AWS no longer has. */
interface Held {
  versions: string;
  version?: { image: string; at: string; by: string | null };
  /** `now` and `unknown` are no times. */
  until?: string;
}

function channelPart({ now, channels, variant }: Timeline, name: string): Content {
  const { known = [], parameter = "" } = channels[name] ?? {};
  const rows = known.flatMap((version, index): Held[] => {
    const next = known[index - 1];
    const until = next === undefined ? "now" : next.version === version.version + 1 ? next.at : "unknown";
    const own = { versions: `${version.version}`, version, until };
    const missing = version.version - (known[index + 1]?.version ?? 0) - 1;
    const [first, last] = [version.version - missing, version.version - 1];
    return missing > 0 ? [own, { versions: first === last ? `${last}` : `${first} to ${last}` }] : [own];
  });
  const columns: Column<Held>[] = [
    { title: "Version", cell: ({ versions }) => versions },
    { title: "Image", cell: ({ version }) => (version ? code(version.image) : "AWS no longer knows") },
    { title: "From", cell: ({ version }) => version && timeFrom(now, version.at) },
    { title: "Until", cell: ({ until }) => until && (/^\d/.test(until) ? time(until) : until) },
    { title: "Written by", cell: ({ version }) => version && (version.by ?? "unknown") },
  ];
  const held =
    rows.length > 0
      ? table(`What ${name} of ${variant} has held`, columns, rows)
      : html`<p>It holds nothing, and what it held before is not known.</p>`;
  return html`<section aria-labelledby="channel-${name}"><h2 id="channel-${name}">Channel ${name}</h2>
<p>${code(parameter)}</p>${held}</section>`;
}

function imageColumns(now: string): Column<KnownImage>[] {
  return [
    { title: "Image", cell: ({ image, createdAt }) => html`${code(image)}<br><small>${time(createdAt)}</small>` },
    { title: "Made because", cell: ({ reasons }) => list(reasons) || "not recorded" },
    {
      title: "Updates",
      cell: ({ inputs: { patchTuesday, kubernetes } }) =>
        html`${patchTuesday ? date(patchTuesday) : "unknown"}<br><small>Kubernetes ${kubernetes ?? "unknown"}</small>`,
    },
    { title: "Start", cell: measures },
    { title: "What happened", cell: (image) => list(happenings(now, image)) },
    {
      title: "What changed inside",
      cell: ({ inside }) =>
        inside === null
          ? "not known"
          : [
              html`<small>compared with ${code(inside.comparedWith ?? "")}</small>`,
              list(inside.changes.map(readable)) || html`<br>nothing that the reports list`,
            ],
    },
  ];
}

function happenings(now: string, image: KnownImage): Html[] {
  const { proof, provedAt, approved, revoked, deprecatedAt, retiredAt, state, unrecorded } = image;
  return [
    unrecorded.length > 0 && html`${badge("bad", "not recorded")} its tags claim ${unrecorded.join(", ")}`,
    provedAt &&
      html`${proof === "failed" ? badge("bad", "proof failed") : badge("good", "proved")} ${timeFrom(now, provedAt)}`,
    approved && html`${badge("good", "approved")} ${byWhom(now, approved)}`,
    revoked && html`${badge("bad", "revoked")} ${byWhom(now, revoked)}`,
    deprecatedAt && html`deprecated ${distance(now, deprecatedAt)}`,
    retiredAt && html`retired ${timeFrom(now, retiredAt)}`,
    state !== "available" && html`EC2 says ${state}`,
  ].filter((one) => typeof one === "object" && one !== null);
}
