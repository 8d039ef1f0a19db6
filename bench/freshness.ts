import { minutesOfBuild } from "../local/cost/build-steps.ts";
import { timingOf } from "../test/freshness/deployed-timing.ts";
import { freshness as freshnessOf, twelve } from "../test/freshness/freshness.ts";
import { everyFifthFails, play } from "../test/freshness/play.ts";
import { releasesBetween, year } from "../test/freshness/releases.ts";
import { resourcesOf } from "./deployed.ts";
import type { Group } from "./group.ts";

/**
 * From Microsoft's release on a Patch Tuesday until every variant's `candidate` has the updates: the worst of a
 * simulated year. Virtual time, so no machine and no load changes these figures.
 */
export const freshness: Group = {
  figures: [
    { key: "freshnessHours", what: "Patch Tuesday → candidate, one variant", unit: "h", atMost: 3 },
    { key: "freshnessHours12", what: "twelve variants, at the default maxParallel", unit: "h", atMost: 9 },
    { key: "freshnessHours12Failing", what: "twelve variants, if every fifth build fails", unit: "h" },
    { key: "freshnessHoursSlowest", what: "one variant, each step as slow as anybody has published", unit: "h" },
    { key: "freshnessHours12Slowest", what: "twelve variants, each step as slow as that", unit: "h" },
  ],
  async measure() {
    const timing = timingOf(await resourcesOf({ variants: twelve }));
    const { from, to } = year;
    const worst = (variants: number, time: "minutes" | "slowest", fails?: typeof everyFifthFails) => {
      const configuration = { variants: twelve.slice(0, variants) };
      const buildMinutes = minutesOfBuild(time);
      const releases = releasesBetween(from, to);
      const played = play({ configuration, timing, releases, from, to, buildMinutes, fails });
      return Math.max(...freshnessOf(played, variants, from, to));
    };
    return {
      freshnessHours: worst(1, "minutes"),
      freshnessHours12: worst(12, "minutes"),
      freshnessHours12Failing: worst(12, "minutes", everyFifthFails),
      freshnessHoursSlowest: worst(1, "slowest"),
      freshnessHours12Slowest: worst(12, "slowest"),
    };
  },
};
