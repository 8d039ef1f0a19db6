import type { Status } from "../service/status.ts";
import { type Column, table } from "../terminal/table.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { indented, since, wrapped } from "../terminal/text.ts";
import type { State } from "./variant-state.ts";

type There = Status["variants"][number]["places"][number];

const columns: readonly Column[] = [
  { title: "PLACE" },
  { title: "VARIANT", wraps: true },
  { title: "CHANNEL" },
  { title: "IMAGE" },
  { title: "OF" },
  { title: "HELD" },
  { title: "STATE", wraps: true },
];

const states: Readonly<Record<There["state"], State>> = {
  current: { words: "as at home", tone: "good" },
  publish: { words: "moves now", tone: "busy" },
  wait: { words: "waits", tone: "busy" },
  unknown: { words: "unknown", tone: "bad" },
};

/** What each place's channels hold, and what is wrong there. */
export function placeLines(
  { places, variants, now }: Status,
  look: Pick<Terminal, "width" | "colors">,
  painted: (state: State) => string,
): string[] {
  if (places.length === 0) return [];
  const all = places.flatMap(({ place }) =>
    variants.flatMap(({ variant, places: own }) =>
      own.filter((one) => one.place === place).map((there) => ({ variant, there })),
    ),
  );
  const cells = all.map(({ variant, there: { place, channel, id, image, since: at, state } }) => [
    place,
    variant,
    channel,
    id ?? "none",
    image === null ? "" : image === id ? "shared" : image,
    at === null ? "" : since(at, now),
    painted(states[state]),
  ]);
  const { head, rows } = table(columns, cells, look.width);
  return [
    look.colors.dim(head),
    ...all.flatMap(({ there }, index) => [
      ...(rows[index] ?? []),
      ...there.reasons.flatMap((reason) => indented(reason, 2, look.width)),
    ]),
    ...places.flatMap(({ place, unrecorded }) =>
      (unrecorded ?? []).flatMap((id) =>
        wrapped(
          look.colors.red(`${place}: ${id} only looks like a copy: it is not recorded and never published`),
          look.width,
        ),
      ),
    ),
  ];
}

/** Whether a place needs a person: what `status --check` looks for. */
export function placeNeedsPerson({ unknown, unrecorded }: Status["places"][number]): boolean {
  return unknown !== null || (unrecorded ?? []).length > 0;
}
