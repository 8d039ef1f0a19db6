import type { ConfigurationInput } from "../../functions/config/configuration.ts";
import { measureRecord } from "../../functions/domain/measures.ts";
import { recordsPrefix } from "../../functions/domain/records.ts";
import type { Random } from "../random.ts";
import { hour, type OpenWorld } from "../world.ts";
import type { Started } from "./ledger.ts";
import type { Simulation } from "./simulation.ts";

type SlowStart = NonNullable<ConfigurationInput["policies"]>["slowStart"];

/** What a history does with starts. In half of them no build measures any, as before there were such records. */
export interface Starts {
  areMeasured: boolean;
  policy: SlowStart;
}

export function startsOf(random: Random): Starts {
  const areMeasured = random.chance(0.5);
  const maxHold = areMeasured && random.chance(0.6) ? random.pick(["2h", "12h", "1d"]) : undefined;
  return { areMeasured, policy: { factor: random.pick([1.2, 1.5]), ...(maxHold && { maxHold }) } };
}

/** Of the images that there are at first, so many were published and measured. */
const earlier = 4;

/** How long a start takes, in milliseconds: mostly as usual, sometimes three times as long. */
export function someStart(random: Random): number {
  return Math.round(random.between(190, 220) * (random.chance(0.25) ? random.between(1.4, 3) : 1) * 1_000);
}

/** What a proof measures on a machine, if it measures anything: a slow start is measured once more. */
export function measure(s: Simulation, { id, image = "" }: Started, variables: Readonly<Record<string, string>>): void {
  const random = s.random.named(`measures of ${id}`);
  if (!s.starts.areMeasured || random.chance(0.15)) return;
  const { SLOW_START_SECONDS = "", TOKEN: token = "" } = variables;
  const first = someStart(random);
  const isSlow = SLOW_START_SECONDS !== "" && first > Number(SLOW_START_SECONDS) * 1_000;
  const starts = isSlow ? [first, random.chance(0.3) ? someStart(random) : first + 1_000] : [first];
  const size = Math.round(random.between(28, random.chance(0.2) ? 40 : 31) * 1024 ** 3);
  const measures = [
    ...starts.map((value) => ({ what: "start" as const, value, token })),
    { what: "size" as const, value: size, token },
  ];
  for (const one of measures)
    s.account.objects.set(`${recordsPrefix}${measureRecord(image, one)}`, { at: new Date(s.now()), body: "" });
  s.tell(`${image} starts in ${starts.map((start) => Math.round(start / 1_000)).join(" s, then ")} s`);
}

/** The images that a variant has had before were in both channels one after another, and somebody measured them. */
export function addEarlierStarts({ images }: OpenWorld, random: Random): void {
  for (const own of Map.groupBy(images, ({ variant }) => variant).values())
    for (const image of own.slice(-earlier)) {
      const at = image.createdAt + 2 * hour;
      image.held = { candidate: at, stable: at };
      image.measured = { start: someStart(random), size: 30 * 1024 ** 3 };
    }
}
