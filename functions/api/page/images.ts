import type { VariantStatus } from "../status.ts";
import { badge } from "./badge.ts";
import { type Content, type Html, html } from "./html.ts";
import { type Column, table } from "./table.ts";
import { byWhom, code, date, distance, list, measures, onDisk, time, timeFrom } from "./words.ts";

type ImageStatus = NonNullable<VariantStatus["images"]>[number];

/** The variant's images, newest first, at most so many, with why each was made and what keeps it in or out. */
export function imageTable(now: string, { variant, images = [] }: VariantStatus, most: number): Content {
  if (images.length === 0) return html`<p>No image is known.</p>`;
  const left = images.length - most;
  const name = encodeURIComponent(variant.toWellFormed());
  return [
    table(`Images of ${variant}`, columnsAt(now), images.slice(0, most)),
    left > 0 && html`<p><a href="?variant=${name}">${left} older images of ${variant}</a>, or all of them as JSON</p>`,
    html`<p><a href="timeline?variant=${name}">What changed inside: timeline<span class="aside"> of ${variant}</span></a></p>`,
  ];
}

function columnsAt(now: string): Column<ImageStatus>[] {
  return [
    { title: "Image", cell: (image) => html`${code(image.image)}<br><small>${time(image.createdAt)}</small>` },
    { title: "Made because", cell: ({ reasons }) => list(reasons) || "not recorded" },
    {
      title: "Updates",
      cell: ({ inputs }) => [
        inputs.patchTuesday ? date(inputs.patchTuesday) : "unknown",
        html`<br><small>Kubernetes ${inputs.kubernetes ?? "unknown"}</small>`,
      ],
    },
    { title: "State", cell: (image) => stateCell(now, image) },
    { title: "Start", cell: startCell },
    { title: "In channels", cell: ({ written }) => list(writesOf(now, written)) || "never" },
    { title: "Kept out of stable by", cell: ({ keptOutOfStableBy }) => list(keptOutOfStableBy) || "nothing" },
    { title: "Retention", cell: ({ retention }) => [retention.decision, list(retention.reasons)] },
  ];
}

function startCell(image: ImageStatus): Content {
  const { slowStart } = image;
  if (slowStart === null) return measures(image);
  return [html`${badge("warn", "slow")} ${slowStart}`, onDisk(image)];
}

function stateCell(now: string, image: ImageStatus): Content {
  const { proof, provedAt, soakedAt, approved, revoked, unrecorded, state, deprecatedAt, retiredAt } = image;
  const { publishable, fastLaunch } = image;
  return list(
    [
      unrecorded.length > 0 && html`${badge("bad", "not recorded")} its tags claim ${unrecorded.join(", ")}`,
      revoked && html`${badge("bad", "revoked")} ${byWhom(now, revoked)}`,
      approved && html`${badge("good", "approved")} ${byWhom(now, approved)}`,
      proofOf(proof, provedAt, now),
      publishable === "yes" &&
        soakedAt &&
        soakedAt > now &&
        html`${badge("busy", "soaking")} until ${timeFrom(now, soakedAt)}`,
      fastLaunch && html`${fastLaunchBadge(fastLaunch.state)} ${fastLaunch.since && distance(now, fastLaunch.since)}`,
      state !== "available" && html`EC2 says ${state}`,
      retiredAt && html`retired ${distance(now, retiredAt)}`,
      deprecatedAt && html`deprecated ${distance(now, deprecatedAt)}`,
    ].filter((one) => typeof one === "object" && one !== null),
  );
}

function fastLaunchBadge(state: string): Html {
  const kind = state.endsWith("-failed") ? "warn" : state === "enabled" ? "good" : "busy";
  return badge(kind, `Fast Launch ${state}`);
}

function proofOf(proof: ImageStatus["proof"], provedAt: string | null, now: string): Html {
  if (proof === "failed") return badge("bad", "proof failed");
  return proof === "passed" && provedAt
    ? html`${badge("good", "proved")} ${distance(now, provedAt)}`
    : badge("warn", "not proved yet");
}

function writesOf(now: string, written: ImageStatus["written"]): Html[] {
  return Object.entries(written).flatMap(([channel, write]) =>
    write ? [html`${channel} ${distance(now, write.at)}`] : [],
  );
}
