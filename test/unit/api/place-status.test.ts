import { createColors } from "picocolors";
import { describe, expect, test } from "vitest";
import { placeLines } from "../../../cli/views/places.ts";
import { statusPage } from "../../../functions/api/page/status-page.ts";
import { statusOf } from "../../../functions/api/status.ts";
import { apps, ireland, placed, volumeKeyArn } from "../../placed.ts";
import { core, hour, scene } from "../../scene.ts";

function twoPlaces() {
  const story = scene({ places: [ireland, apps], policies: { volumeKeyArn } })
    .published("ami-1")
    .published("ami-2");
  placed(story, "ireland").copied("ami-1", "ami-c1").holds("ami-c1").looksLike("ami-2", "ami-forged");
  placed(story, "apps").away("AccessDenied: sts:AssumeRole", hour);
  return story;
}

const statusIn = (story: ReturnType<typeof twoPlaces>) => statusOf(story.world, "/channels");

test("without places the status has none", () => {
  const { places, variants } = statusOf(scene().published("ami-1").world, "/channels");

  expect([places, variants[0]?.places]).toEqual([[], []]);
});

describe("the status of places", () => {
  const { places, variants } = statusIn(twoPlaces());

  test("says what each holds of a variant, by home's image and by the ID there, and what it is to hold", () => {
    expect(variants.find(({ variant }) => variant === core)?.places).toEqual([
      {
        place: "ireland",
        channel: "stable",
        wanted: "ami-2",
        image: "ami-1",
        id: "ami-c1",
        since: "2026-11-04T11:00:00.000Z",
        state: "wait",
        reasons: ["ami-2 is not there yet"],
        until: null,
      },
      {
        place: "apps",
        channel: "stable",
        wanted: "ami-2",
        image: null,
        id: null,
        since: null,
        state: "unknown",
        reasons: ["AccessDenied: sts:AssumeRole"],
        until: null,
      },
    ]);
  });

  test("says which place is away, what becomes of copies, and what only looks like one", () => {
    expect(places).toMatchObject([
      {
        place: "ireland",
        unknown: null,
        copies: [{ id: "ami-c1", image: "ami-1", decision: "keep" }],
        unrecorded: ["ami-forged"],
      },
      { place: "apps", unknown: "AccessDenied: sts:AssumeRole", awaySince: "2026-11-04T11:00:00.000Z", copies: null },
    ]);
  });
});

test("the page has a row for each variant and channel, and a column for each place", () => {
  const story = twoPlaces();
  const page = statusPage(statusIn(story), { policies: story.world.configuration.policies });

  const words = page.slice(page.indexOf('id="places"')).replaceAll(/<[^>]*>/g, " ");
  expect(words).toMatch(/ami-forged.*does not answer\s+apps.*Variant\s+ireland\s+apps.*ami-c1.*waits.*unknown/s);
});

test("the command line has a row for each place, variant and channel", () => {
  const look = { width: 200, colors: createColors(false) };
  const lines = placeLines(statusIn(twoPlaces()), look, ({ words }) => words);

  expect(lines.join("\n")).toMatch(/ireland\s+windows-2022-core-1.35\s+stable\s+ami-c1\s+ami-1\s+1h\s+waits/);
  expect(lines.join("\n")).toMatch(/apps\s.*unknown/);
  expect(lines.at(-1)).toContain("ami-forged only looks like a copy");
});
