import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { parseConfiguration } from "../../functions/config/configuration.ts";
import { buildSteps, minutesOfBuild } from "../../local/cost/build-steps.ts";
import { type DeployedTiming, timingOf } from "../freshness/deployed-timing.ts";
import { expectedHours, freshness, twelve } from "../freshness/freshness.ts";
import { everyFifthFails, play, type Simulation } from "../freshness/play.ts";
import { eksDays, releasesBetween, year } from "../freshness/releases.ts";
import { usual } from "./deployments.ts";
import { root } from "./graph.ts";

const buildMinutes = minutesOfBuild("minutes");
const one = twelve.slice(0, 1);
/** Two Patch Tuesdays with a Kubernetes patch on the same day, and the end of summer time in between. */
const autumn = { from: Date.parse("2025-10-25T00:00:00Z"), to: Date.parse("2025-12-13T00:00:00Z") };
/** The first of them. */
const november = { from: Date.parse("2025-11-05T00:00:00Z"), to: Date.parse("2025-11-13T00:00:00Z") };
/** What a run takes, and two seconds of batching, at the start and at the end of each wave. */
const overhead = 0.05;
const { maxParallel } = parseConfiguration({ variants: twelve }).policies;

let timing: DeployedTiming;
beforeAll(async () => {
  timing = timingOf((await usual()).resources);
});

/** The hours after each Patch Tuesday until all variants have the updates. */
function hours(variants: typeof twelve, changes: Partial<Simulation> & { kubernetesHour?: number } = {}): number[] {
  const { kubernetesHour, ...simulation } = { ...autumn, ...changes };
  const { from, to } = simulation;
  const releases = releasesBetween(from, to, kubernetesHour);
  const configuration = { variants };
  return freshness(play({ configuration, timing, releases, buildMinutes, ...simulation }), variants.length, from, to);
}

/** What the README says about a figure. */
function inReadme(key: string): string | undefined {
  return new RegExp(`^\\| \`${key}\` \\|[^|]*\\| ([\\d.]+)`, "m").exec(
    readFileSync(join(root, "README.md"), "utf8"),
  )?.[1];
}

const tuesdaysOnly = (of: DeployedTiming) => of.schedules.filter(({ expression }) => expression.startsWith("cron"));

describe("from Microsoft's release on a Patch Tuesday until candidate has the updates it takes", () => {
  test("at most three hours for one variant, on each Patch Tuesday of a year, as the README says", () => {
    const all = hours(one, year);

    expect(all).toHaveLength(12);
    expect(Math.max(...all)).toBeLessThanOrEqual(3);
    expect(Math.max(...all).toFixed(2)).toBe(inReadme("freshnessHours"));
  });

  test("at most nine hours for twelve variants at the default maxParallel, as the README says", () => {
    const both = hours(twelve);

    expect(both).toHaveLength(2);
    expect(Math.max(...both)).toBeLessThanOrEqual(9);
    expect(Math.max(...both).toFixed(2)).toBe(inReadme("freshnessHours12"));
  });

  test("at most nine hours for twelve variants if every fifth build fails", () => {
    expect(Math.max(...hours(twelve, { ...november, fails: everyFifthFails }))).toBeLessThanOrEqual(9);
  });

  test.each([1, 2, 5, 12])("what the formula says for %i variants, if no other build runs", (variants) => {
    const expected = expectedHours(variants, maxParallel, buildMinutes);

    for (const taken of hours(twelve.slice(0, variants), { ...november, kubernetesHour: 3 })) {
      expect(taken).toBeGreaterThan(expected);
      expect(taken).toBeLessThan(expected + overhead);
    }
  });

  // Builds of the Kubernetes patch run when Microsoft's updates come out; the plan lets them finish (rule 5).
  test.each([14, 16, 17.5, 18.5])("one build more at most if Kubernetes is patched at %s h UTC", (kubernetesHour) => {
    const running = buildMinutes / 60;

    expect(Math.max(...hours(one, { ...november, kubernetesHour }))).toBeLessThan(
      expectedHours(1, maxParallel, buildMinutes) + running + overhead,
    );
    expect(Math.max(...hours(twelve, { ...november, kubernetesHour }))).toBeLessThanOrEqual(9);
  });
});

describe("the build of a Patch Tuesday starts an hour after Microsoft's release", () => {
  const expected = expectedHours(1, 1, buildMinutes);

  test("by its own schedule alone, in summer and in winter", () => {
    const all = hours(one, { ...year, timing: { ...timing, schedules: tuesdaysOnly(timing) } });

    expect(all).toHaveLength(12);
    for (const taken of all) expect(taken - expected).toBeLessThan(overhead);
  });

  test("or within the quarter of an hour after that if this schedule is lost", () => {
    const others = timing.schedules.filter((schedule) => !tuesdaysOnly(timing).includes(schedule));

    for (const taken of hours(one, { ...november, timing: { ...timing, schedules: others } }))
      expect(taken - expected).toBeLessThan(0.25 + overhead);
  });
});

test("the steps of a build are those in docs/costs.md", () => {
  const page = readFileSync(join(root, "docs/costs.md"), "utf8");
  const rows = buildSteps.map(({ name, minutes, slowest }) => `| ${name} | ${minutes} | ${slowest} |`);

  expect(page).toContain([...rows, `| together | ${buildMinutes} | ${minutesOfBuild("slowest")} |`].join("\n"));
});

test("AWS took 4.3 days on average for its own EKS images in 2025, one at least and eight at most", () => {
  const mean = eksDays.reduce((sum, days) => sum + days) / eksDays.length;

  expect([mean.toFixed(1), Math.min(...eksDays), Math.max(...eksDays)]).toEqual(["4.3", 1, 8]);
});
