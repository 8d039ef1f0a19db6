import { type ChannelName, channelNames } from "../../config/channel-names.ts";
import type { Status, VariantStatus } from "../status.ts";
import { badge } from "./badge.ts";
import { buildProgress } from "./build.ts";
import { conditionOf, imageOf, soakingImage, waitingSlowImage } from "./condition.ts";
import { type Content, type Html, html } from "./html.ts";
import { type Column, table } from "./table.ts";
import { code, date, distance, elapsed, readable, timeFrom } from "./words.ts";

/** The variants against their channels, and how fresh each is. */
export function matrix({ now, variants }: Status): Html {
  return table("Variants and their channels", columnsAt(now), variants);
}

function columnsAt(now: string): Column<VariantStatus>[] {
  return [
    { title: "Variant", cell: ({ variant }) => html`<a href="#${anchorOf(variant)}">${variant}</a>` },
    {
      title: "State",
      cell(variant) {
        const { tone, word } = conditionOf(variant);
        return [
          badge(tone, word),
          variant.behindSince && html`<br><small>behind for ${elapsed(now, variant.behindSince)}</small>`,
        ];
      },
    },
    ...channelNames.map((name) => ({ title: name, cell: (variant: VariantStatus) => channelCell(now, variant, name) })),
    { title: "Build", cell: (variant) => buildCell(now, variant) },
  ];
}

/** The name of a variant's part of the page. A removed variant's name comes from tags and may be anything. */
export function anchorOf(variant: string): string {
  return `v-${encodeURIComponent(variant.toWellFormed())}`;
}

function channelCell(now: string, variant: VariantStatus, name: ChannelName): Content {
  const channel = variant.channels[name];
  if (!channel?.image) return "nothing";
  const updates = imageOf(variant, channel.image)?.inputs.patchTuesday;
  const since = channel.since && html`for ${elapsed(now, channel.since)}`;
  return [
    code(channel.image),
    html`<br><small>${since}${updates && html` · updates of ${date(updates)}`}</small>`,
    html`<br>${freshness(channel.behind)}`,
    channel.unfit !== null && html`<br>${badge("bad", "not to be started")} <small>${readable(channel.unfit)}</small>`,
    channel.waitsUntil && html`<br><small>${waiting(now, variant, channel.waitsUntil)}</small>`,
  ];
}

const inputWords: Readonly<Record<string, string>> = {
  baseAmi: "base AMI",
  kubernetes: "Kubernetes",
  request: "a requested build",
};

/** What an image is behind, a badge each: the Patch Tuesday by its date, of other inputs the name. */
export function freshness(behind: readonly string[] | null): Html {
  if (behind === null) return badge("bad", "not an image of this variant");
  if (behind.length === 0) return badge("good", "up to date");
  const inputs = behind.map((change) => {
    const [input = "", to] = [change.split(" ")[0], change.split(" → ").at(-1)];
    return input === "patchTuesday" ? `Patch Tuesday ${to}` : (inputWords[input] ?? input);
  });
  return html`${inputs.map((input) => html`${badge("warn", `behind ${input}`)} `)}`;
}

/** `ami-… soaks until 2026-11-05 10:00 UTC, in 22 h`, or that it starts slowly and waits. */
export function waiting(now: string, variant: VariantStatus, until: string): Html {
  const soaking = soakingImage(variant);
  const slow = waitingSlowImage(variant);
  if (soaking?.soakedAt === until) return html`${code(soaking.image)} soaks until ${timeFrom(now, until)}`;
  if (slow) return html`${code(slow.image)} starts slowly and waits until ${timeFrom(now, until)}`;
  return html`waits until ${timeFrom(now, until)}`;
}

function buildCell(now: string, { running, nextBuild, lastFailure, failing, drift }: VariantStatus): Content {
  if (running) return buildProgress(now, running);
  const next =
    nextBuild.at === "now" ? "starts in the next run" : nextBuild.at && html`next ${timeFrom(now, nextBuild.at)}`;
  return [
    failing && lastFailure && html`failed ${distance(now, lastFailure.at)}: ${lastFailure.class ?? "unknown"}<br>`,
    next || (drift.length > 0 ? "none planned" : "none needed"),
  ];
}
