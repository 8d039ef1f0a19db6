import type { FleetStatus, Status } from "../status.ts";
import { badge } from "./badge.ts";
import { fleetCondition } from "./condition.ts";
import { type Content, html } from "./html.ts";
import { anchorOf } from "./matrix.ts";
import { type Column, table } from "./table.ts";
import { byWhom, code, distance, elapsed, list, timeFrom } from "./words.ts";

/** The fleets: what their nodes run, and what is decided about them. */
export function fleetsPart({ now, fleets }: Status): Content {
  if (fleets.length === 0) return false;
  return html`<section aria-labelledby="fleets"><h2 id="fleets">Fleets</h2>${table("Fleets and their nodes", columnsAt(now), fleets)}</section>`;
}

function columnsAt(now: string): Column<FleetStatus>[] {
  return [
    {
      title: "Fleet",
      cell({ fleet, place, kind, cluster, group, mode }) {
        const what = `${mode === "roll" ? "rolled" : "watched"} ${kind.replaceAll("-", " ")}`;
        return html`${fleet}<br><small>${what}${group !== fleet && html` ${code(group)}`}${cluster && ` in ${cluster}`}${place && `, ${place}`}</small>`;
      },
    },
    {
      title: "State",
      cell(fleet) {
        const { tone, word } = fleetCondition(fleet);
        const { reasons, until, back, bad, hold } = fleet;
        return [
          badge(tone, word),
          until && html`<br><small>until ${timeFrom(now, until)}</small>`,
          list([
            ...reasons,
            ...bad.map(({ image, why }) => html`${code(image)}: ${why}`),
            ...(back ? [html`goes back: ${back}`] : []),
            ...(hold ? [html`held ${byWhom(now, { ...hold, at: hold.since })}`] : []),
          ]),
        ];
      },
    },
    { title: "Rollout", cell: (fleet) => rollout(now, fleet) },
    {
      title: "Nodes",
      cell: ({ nodes, nodesBehind, behindSince }) =>
        nodes === null
          ? "unknown"
          : [
              list(
                nodes.map(
                  ({ image, count, oldest }) => html`${count} × ${code(image)}, oldest ${distance(now, oldest)}`,
                ),
              ) || "none",
              nodesBehind !== null &&
                nodesBehind > 0 &&
                html`<small>${nodesBehind} behind${behindSince && html`, for ${elapsed(now, behindSince)}`}</small>`,
            ],
    },
    {
      title: "Should run",
      cell({ desired, starts, variant, channel }) {
        const others = starts && starts !== desired && html`; new nodes start ${code(starts)}`;
        return [
          desired ? code(desired) : "nothing",
          html`<br><small><a href="#${anchorOf(variant)}">${variant}</a> ${channel}${others}</small>`,
        ];
      },
    },
    {
      title: "Health",
      cell: ({ health }) =>
        health.healthy
          ? [badge("good", "healthy"), health.since && html`<br><small>since ${distance(now, health.since)}</small>`]
          : [badge("warn", "not healthy"), list(health.reasons)],
    },
  ];
}

function rollout(now: string, { rollout: running, lastRollout: last }: FleetStatus): Content {
  if (running)
    return [
      html`${running.image ? code(running.image) : "begun by somebody else"}, since ${distance(now, running.since)}`,
      running.stuck && html`<br>${badge("bad", "stuck")}`,
      running.detail && html`<br><small>AWS says: ${running.detail}</small>`,
    ];
  if (!last) return "none yet";
  return [
    html`last ${code(last.image)}, ${distance(now, last.at)}`,
    last.refused && html`<br><small>AWS refused: ${last.refused}</small>`,
  ];
}
