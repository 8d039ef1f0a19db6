import type { FleetStatus, Status, VariantStatus } from "../service/status.ts";
import { type Column, table } from "../terminal/table.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { indented, readable, since, wrapped } from "../terminal/text.ts";
import { fleetReasons, fleetState, nodesText } from "./fleet-state.ts";
import { measuresText } from "./measures-text.ts";
import { placeLines } from "./places.ts";
import { failureText, type State, variantState } from "./variant-state.ts";

type Look = Pick<Terminal, "width" | "colors">;

const variantColumns: readonly Column[] = [
  { title: "VARIANT", wraps: true },
  { title: "CHANNEL" },
  { title: "IMAGE" },
  { title: "HELD" },
  { title: "STATE", wraps: true },
];

const fleetColumns: readonly Column[] = [
  { title: "FLEET", wraps: true },
  { title: "CHANNEL" },
  { title: "IMAGE" },
  { title: "NODES", wraps: true },
  { title: "STATE", wraps: true },
];

/** The status for people. */
export function statusText(status: Status, name: string, look: Look): string {
  const { colors, width } = look;
  const sections = [
    [`${colors.bold(name)} at ${readable(status.now)}`],
    status.pauses.flatMap(({ variant, since: at, by, reason }) =>
      wrapped(
        colors.red(
          `${variant === "*" ? "Everything" : variant} is paused since ${at} by ${by ?? "somebody"}: ${reason}`,
        ),
        width,
      ),
    ),
    status.variants.length === 0 ? [] : variantLines(status, look),
    placeLines(status, look, (state) => painted(state, look)),
    status.fleets.length === 0 ? [] : fleetLines(status.fleets, look),
    removedLines(status, look),
    leftoverLines(status, look),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

function variantLines({ variants, now }: Status, look: Look): string[] {
  const rowsOf = variants.map((variant) => {
    const state = painted(variantState(variant, now), look);
    return Object.entries(variant.channels).map(([channel, { image, since: at, next, waitsUntil }], index) => [
      index === 0 ? variant.variant : "",
      channel,
      image ?? "none",
      at === null ? "" : since(at, now),
      index === 0 ? state : next !== null ? "takes the next" : waitsUntil !== null ? "waits" : "",
    ]);
  });
  const { head, rows } = table(variantColumns, rowsOf.flat(), look.width);
  const linesOf = variants.map((variant, index) => [
    ...rows.splice(0, rowsOf[index]?.length ?? 0).flat(),
    ...variantRemarks(variant, now).flatMap((remark) => indented(remark, 2, look.width)),
  ]);
  return [look.colors.dim(head), ...linesOf.flat()];
}

/** What the row of a variant does not say: why it is behind, what goes wrong and what is next. */
function variantRemarks(variant: VariantStatus, now: string): string[] {
  const { drift, running, blockedBy, nextBuild, failing, channels, unsupported } = variant;
  const next = Object.values(channels).filter((channel) => channel.next !== null || channel.waitsUntil !== null);
  return [
    ...(drift.length === 0 ? [] : [`wanted: ${drift.join("; ")}`]),
    ...(running ? [`runs since ${since(running.since, now)}: ${running.build}`] : []),
    ...(failing ? [failureText(variant) ?? []].flat() : []),
    ...blockedBy.map((why) => `blocked: ${why}`),
    ...(nextBuild.at === null ? [] : [`next build ${nextBuild.at}: ${nextBuild.reasons.join("; ")}`]),
    ...next.map(({ outlook }) => outlook),
    ...measuresOf(channels),
    ...unsupported.map((component) => `unsupported: ${component}`),
  ];
}

/** What channels hold starts alike, mostly: then it is said once. */
function measuresOf(channels: VariantStatus["channels"]): string[] {
  const held = Object.entries(channels).flatMap(([name, channel]) =>
    measuresText(channel).map((text) => ({ name, text })),
  );
  return [...Map.groupBy(held, ({ text }) => text)].map(
    ([text, all]) => `${all.map(({ name }) => name).join(", ")}: ${text}`,
  );
}

function fleetLines(fleets: readonly FleetStatus[], look: Look): string[] {
  const cells = fleets.map((fleet) => [
    fleet.fleet,
    fleet.channel,
    fleet.desired ?? "none",
    nodesText(fleet),
    painted(fleetState(fleet), look),
  ]);
  const { head, rows } = table(fleetColumns, cells, look.width);
  const lines = fleets.flatMap((fleet, index) => [
    ...(rows[index] ?? []),
    ...fleetReasons(fleet).flatMap((reason) => indented(reason, 2, look.width)),
  ]);
  return [look.colors.dim(head), ...lines];
}

function removedLines({ removedVariants }: Status, { width }: Look): string[] {
  return removedVariants.flatMap(({ variant, channels }) => {
    const held = channels.map(({ parameter, image }) => `${parameter} holds ${image}`);
    const rest = held.length === 0 ? "no channel is left of it" : held.join(", ");
    return wrapped(`${variant} was removed from config.ts; ${rest}`, width);
  });
}

function leftoverLines({ leftovers }: Status, { width }: Look): string[] {
  const { found, unknown } = leftovers;
  return [
    ...found.flatMap(({ type, resource, variant, next, why }) =>
      wrapped(`left behind: ${type} ${resource} of ${variant} (${next === "sweep" ? "goes" : "stays"}: ${why})`, width),
    ),
    ...(unknown === null ? [] : wrapped(`what builds left behind is unknown: ${unknown}`, width)),
  ];
}

function painted({ words, tone }: State, { colors }: Look): string {
  return { good: colors.green, busy: colors.yellow, bad: colors.red }[tone](words);
}
