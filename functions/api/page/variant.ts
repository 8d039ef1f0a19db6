import { type ChannelName, channelNames } from "../../config/channel-names.ts";
import type { Policies } from "../../config/policies.ts";
import { describeSize, describeStart } from "../../domain/measures.ts";
import type { VariantStatus } from "../status.ts";
import { badge } from "./badge.ts";
import { lastFailure, nextBuild, runningBuild } from "./build.ts";
import { conditionOf } from "./condition.ts";
import { freshnessOverTime } from "./freshness.ts";
import { type Content, type Html, html } from "./html.ts";
import { imageTable } from "./images.ts";
import { anchorOf, freshness, waiting } from "./matrix.ts";
import { table } from "./table.ts";
import { code, facts, readable, timeFrom } from "./words.ts";

/** How much a page says of each variant. */
export interface Detail {
  now: string;
  policies: Policies;
  /** How many images. */
  images: number;
  /** Whether the variant's freshness is drawn. */
  chart: boolean;
  /** Whether it is unfolded. */
  open: boolean;
}

/** Everything about a variant. */
export function variantSection(variant: VariantStatus, { now, policies, images, chart, open }: Detail): Html {
  const { tone, word } = conditionOf(variant);
  const name = encodeURIComponent(variant.variant);
  const isOpen = open && html` open`;
  const paused = variant.paused !== null && html`<p>${badge("warn", "paused")} ${readable(variant.paused)}</p>`;
  const links = [
    html`<a href="?variant=${name}">Only ${variant.variant}</a>`,
    html` · <a href="timeline?variant=${name}">Timeline of ${variant.variant}</a>`,
  ];
  // A link to what is inside unfolds it, without script.
  return html`<details${isOpen}><summary><h3>${variant.variant}</h3> ${badge(tone, word)}</summary>
<p class="links" id="${anchorOf(variant.variant)}">${links}</p>
${part(variant, "Channels", channels(now, variant))}
${part(variant, "Build", [paused, nextBuild(now, variant), runningBuild(now, variant.running)])}
${part(variant, "Last failure", lastFailure(now, variant.lastFailure))}
${variant.images && part(variant, "Images", imageTable(now, variant, images))}
${variant.images && chart && part(variant, "Freshness over time", freshnessOverTime(now, variant, policies.patchTuesday))}
</details>`;
}

function part({ variant }: VariantStatus, title: string, content: Content): Html {
  return html`<h4>${title}<span class="aside"> of ${variant}</span></h4>${content}`;
}

function channels(now: string, variant: VariantStatus): Html {
  const columns = [
    { title: "Channel", cell: (name: ChannelName) => name },
    { title: "Image", cell: (name: ChannelName) => held(now, variant, name) },
    { title: "Behind", cell: (name: ChannelName) => behind(variant, name) },
    {
      title: "Next",
      cell(name: ChannelName) {
        const { waitsUntil = null, outlook } = variant.channels[name] ?? {};
        return waitsUntil ? waiting(now, variant, waitsUntil) : outlook && readable(outlook);
      },
    },
  ];
  return table(`Channels of ${variant.variant}`, columns, channelNames);
}

function held(now: string, { channels }: VariantStatus, name: ChannelName): Content {
  const {
    image = null,
    since = null,
    unfit = null,
    startSeconds = null,
    usedBytes = null,
    parameter,
  } = channels[name] ?? {};
  return facts([
    ["Holds", image ? code(image) : "nothing"],
    ["Since", since && timeFrom(now, since)],
    ["Starts in", startSeconds !== null && describeStart(startSeconds * 1_000)],
    ["On disk", usedBytes !== null && describeSize(usedBytes)],
    ["Not to be started", unfit !== null && readable(unfit)],
    ["Parameter", parameter && code(parameter)],
  ]);
}

function behind({ channels }: VariantStatus, name: ChannelName): Content {
  const { image = null, behind: changes = null } = channels[name] ?? {};
  if (!image) return "";
  return [
    freshness(changes),
    changes && changes.length > 0 && html`<ul>${changes.map((change) => html`<li>${change}</li>`)}</ul>`,
  ];
}
