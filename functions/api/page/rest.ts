import type { Status } from "../status.ts";
import { badge } from "./badge.ts";
import { type Content, type Html, html } from "./html.ts";
import { table } from "./table.ts";
import { byWhom, code, list, time } from "./words.ts";

/** The pauses in force. */
export function pausesPart({ now, pauses }: Status): Content {
  return section(
    "pauses",
    "Pauses",
    pauses.map(
      ({ variant, ...pause }) =>
        html`<li>${badge("warn", "paused")} ${variant === "*" ? "everything" : variant} ${byWhom(now, { ...pause, at: pause.since })}</li>`,
    ),
  );
}

/** What is left of variants that the configuration no longer has. */
export function removedPart({ removedVariants }: Status): Content {
  return section(
    "removed",
    "Removed variants",
    removedVariants.map(
      ({
        variant,
        channels,
        images = [],
      }) => html`<li><details><summary>${variant}: ${images.length} images, ${channels.length} parameters</summary>
<p class="links"><a href="timeline?variant=${encodeURIComponent(variant.toWellFormed())}">Timeline of ${variant}</a></p>
${list(channels.map(({ parameter, image }) => html`${code(parameter)} holds ${code(image)}`))}
${images.length > 0 && table(`Images of ${variant}`, removedColumns, images.slice(0, 20))}</details></li>`,
    ),
  );
}

type RemovedImage = NonNullable<Status["removedVariants"][number]["images"]>[number];

const removedColumns = [
  { title: "Image", cell: ({ image }: RemovedImage) => code(image) },
  { title: "Made", cell: ({ createdAt }: RemovedImage) => time(createdAt) },
  {
    title: "State",
    cell: ({ state, unrecorded }: RemovedImage) => [
      state,
      unrecorded.length > 0 && html` ${badge("bad", "not recorded")}`,
    ],
  },
  { title: "Retention", cell: ({ retention }: RemovedImage) => [retention.decision, list(retention.reasons)] },
];

/** What killed builds left behind. */
export function leftoversPart({ leftovers }: Status): Content {
  const { found, unknown } = leftovers;
  const items = found.map(
    ({ type, resource, variant, next, why }) =>
      html`<li>${type} ${code(resource)} of ${variant}: ${next === "sweep" ? "is removed" : "stays"}, ${why}</li>`,
  );
  return section("leftovers", "Leftovers of killed builds", [
    ...items,
    ...(unknown === null ? [] : [html`<li>${badge("warn", "unknown")} ${unknown}</li>`]),
  ]);
}

function section(id: string, title: string, items: readonly Html[]): Content {
  return (
    items.length > 0 &&
    html`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2><ul class="plain">${items}</ul></section>`
  );
}
