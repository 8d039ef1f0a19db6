import { describe, expect, test } from "vitest";
import { conditionOf, verdictOf } from "../../../../functions/api/page/condition.ts";
import { statusOf } from "../../../../functions/api/status.ts";
import { wholeStatus } from "../../../../functions/api/status-part.ts";
import { channelNames } from "../../../../functions/config/channel-names.ts";
import { bigWorld } from "../../../big-world.ts";
import { statusAnswer } from "../../../page/pages.ts";
import { hostile, scenes } from "../../../page/scenes.ts";
import { core, hour, scene } from "../../../scene.ts";

/** What a reader reads: without tags, each run of spaces as one. */
function textOf(body = ""): string {
  const entities: Record<string, string> = { "&quot;": '"', "&#39;": "'", "&lt;": "<", "&gt;": ">", "&amp;": "&" };
  return body
    .replace(/<style>.*<\/style>/s, "")
    .replace(/<[^>]*>/g, " ")
    .replace(/&[a-z#0-9]+;/g, (entity) => entities[entity] ?? entity)
    .replace(/\s+/g, " ");
}

const pageOf = (name: string) => textOf(statusAnswer((scenes[name] as (typeof scenes)[string])()).body);

test("a slow image has its start, its size and how slow it is in a column, and the channels say until when they wait", () => {
  const page = pageOf("slow");

  expect(page).toContain("slow starts in 7 m 11 s, 2.1 times the usual 3 m 28 s 34.5 GiB on disk");
  expect(page).toContain("ami-00000000000000099 starts slowly and waits until 2026-11-06 18:00 UTC");
  expect(page).toContain("Starts in 3 m 28 s");
  expect(page).toContain("not measured");
});

describe("the verdict", () => {
  test.each([
    ["empty", "warn", "0 of 2 variants fresh, 2 without an image."],
    ["fresh", "good", "All 2 variants are fresh."],
    ["building", "busy", "1 of 2 variants fresh, 1 building."],
    ["failed", "bad", "1 of 2 variants fresh, 1 failing."],
    ["soaking", "busy", "1 of 2 variants fresh, 1 soaking."],
    ["slow", "busy", "1 of 2 variants fresh, 1 with a slow image that waits."],
    ["revoked", "bad", "1 of 2 variants fresh, 1 with a bad image in a channel."],
    ["paused", "warn", "0 of 2 variants fresh, 2 paused."],
    ["forged", "warn", "All 2 variants are fresh, 1 image without a record."],
    ["fleets", "bad", "1 of 2 variants fresh, 1 fleet in trouble, 1 soaking, 2 rollouts under way."],
  ])("of the scene %s is one sentence", (name, tone, word) => {
    expect(verdictOf(statusOf((scenes[name] as (typeof scenes)[string])(), "/channels"))).toEqual({ tone, word });
  });

  test("of a part of the variants says that it is about these alone", () => {
    const story = scene({
      variants: ([2019, 2022, 2025] as const).map((windows) => ({ windows, kubernetes: "1.35" })),
    });
    const names = story.world.configuration.variants.map(({ name }) => name);
    for (const name of names) story.image(`ami-${name}`, { variant: name }).holds(`ami-${name}`, channelNames, name);
    const [, second, last] = names;
    const verdict = (from?: string) =>
      textOf(statusAnswer(story.world, from === undefined ? {} : { from }).body).split(" – ")[0];

    expect(verdict()).toContain("All 3 variants are fresh.");
    expect(verdict(second)).toContain("Of the variants on this page, all 2 are fresh.");
    expect(verdict(last)).toContain("The variant on this page is fresh.");
    story.revoke(`ami-${last}`);
    expect(verdict(second)).toContain("Of the variants on this page, 1 of 2 fresh, 1 with a");
  });

  test("of a service without variants says so", () => {
    const { world } = scene();
    world.configuration.variants = [];

    expect(verdictOf(statusOf(world, "/channels")).word).toBe("No variant is configured.");
    expect(textOf(statusAnswer(world).body)).toContain("No variant is configured.");
  });
});

describe("a variant", () => {
  test.each<[string, string, (story: ReturnType<typeof scene>) => unknown]>([
    ["revoked", "ami-00000001 is revoked: breaks networking", (story) => story.revoke("ami-00000001")],
    ["disabled by hand", "ami-00000001 is disabled", (story) => story.change("ami-00000001", { state: "disabled" })],
    [
      "in a failed state",
      "EC2 says that ami-00000001 is failed",
      (story) => story.change("ami-00000001", { state: "failed" }),
    ],
    ["gone", "ami-00000001 is gone", (story) => story.deregister("ami-00000001")],
  ])("with an image that is %s in a channel is never fresh, with and without images", (_, why, spoil) => {
    const story = scene().published("ami-00000001");
    spoil(story);
    for (const images of ["all", "none"] as const) {
      const [variant] = statusOf(story.world, "/channels", undefined, { ...wholeStatus, images }).variants;

      expect(variant?.channels.stable?.unfit).toBe(why);
      expect(variant && conditionOf(variant)).toEqual({ tone: "bad", word: "holds a bad image" });
      expect(textOf(statusAnswer(story.world, { images }).body)).toContain(`not to be started ${why}`);
    }
  });

  test("with a good image in its channels has nothing against it", () => {
    const [variant] = statusOf(scene().published("ami-00000001").world, "/channels").variants;

    expect(variant?.channels).toMatchObject({ candidate: { unfit: null }, stable: { unfit: null } });
  });

  test.each([
    [
      "behind",
      () =>
        scene().published("ami-00000001").later(hour).baseAmi("ami-00000002").build({ status: "stopped", endedAt: 0 }),
    ],
    ["not published", () => scene({ policies: { publish: false } }).image("ami-00000001")],
    ["holds a foreign image", () => scene().image("ami-00000001").holdsForeign("ami-00000002")],
    ["blocked", () => scene().published("ami-00000001").silentAbout("kubernetes")],
  ])("%s", (word, make) => {
    const [variant] = statusOf(make().world, "/channels").variants;

    expect(variant && conditionOf(variant)).toEqual({ tone: "warn", word });
  });
});

test.each([
  ["building", "Build in BUILD, started 40 min ago"],
  ["building", "BUILD image is made and proved (current)"],
  ["building", "baseAmi ami-00000000000000001 → ami-00000000000000002"],
  ["failed", "Cause Windows Update answers 0x8024402c"],
  ["failed", "step 20-updates failed"],
  ["failed", "Next build 2026-11-04 13:15 UTC , in 15 min"],
  ["soaking", "ami-00000000000000099 soaks until 2026-11-04 18:00 UTC , in 6 h"],
  ["soaking", "Kubernetes 1.35.8"],
  ["revoked", "revoked by arn:aws:iam::123456789012:user/ann, 2026-11-04 12:00 UTC , now: pods lose DNS"],
  ["paused", "everything by arn:aws:iam::123456789012:user/ann"],
  ["forged", "its tags claim that its proof passed"],
  ["fleets", "AWS says: 2 of 3 nodes"],
  ["fleets", "it takes longer than stuckAfter"],
  ["fresh", "2026-10-13 2026-10-13 18:00 UTC 2026-10-14 12:00 UTC 18 h later"],
])("the page of the scene %s says: %s", (name, said) => {
  expect(pageOf(name)).toContain(said);
});

test("a link of AWS that leads to no address of the web is not followed", () => {
  const body = statusAnswer((scenes.hostile as () => never)()).body ?? "";

  expect(body.match(/href="(?!https:|\.\/|[#?]|timeline\?|plan"|data:,)[^"]*"/g)).toBeNull();
});

test("hostile text is shown and never a tag", () => {
  const body = statusAnswer((scenes.hostile as () => never)()).body ?? "";

  expect(body.match(/<(script|img|textarea|b)\b|onerror=[^&]*>/g)).toBeNull();
  expect(textOf(body)).toContain("<script>window.hacked=1</script>");
  expect(hostile).toContain("\u202e");
  expect(body).not.toContain("\u202e");
});

test("the page of one variant has this one alone, unfolded, with all of its images", () => {
  const world = bigWorld(30);
  const text = textOf(statusAnswer(world, { variant: "line-3" }).body);

  for (const { id, variant } of world.images) expect(text.includes(id)).toBe(variant === "line-3");
});

test("a link below the images of each variant leads to what changed inside them", () => {
  const { body } = statusAnswer(scene().published("ami-00000001").world);

  expect(body).toContain(`<a href="timeline?variant=${core}">What changed inside: timeline<`);
});

test("the page of a removed variant says that it is removed", () => {
  const text = textOf(statusAnswer(bigWorld(30), { variant: "removed-0" }).body);

  expect(text).toContain("1 variant removed from the configuration.");
  expect(text).toContain("Timeline of removed-0");
});

describe("a page of many variants", () => {
  test("is less than 1 MB for a hundred with 20 images each", () => {
    const { body = "" } = statusAnswer(bigWorld(100));

    expect(Buffer.byteLength(body)).toBeLessThan(1_000_000);
    expect(body).not.toContain("The variants after these");
  });

  test("fits into an answer of Lambda and links to the rest, even if every text has to be escaped", () => {
    const world = bigWorld(1_000);
    for (const image of world.images) image.reasons = '"'.repeat(256);
    const answer = statusAnswer(world);

    expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThan(6 * 1024 * 1024);
    expect(answer.body).toMatch(/href="\.\/\?from=line-\d+"/);
    expect(textOf(answer.body)).toContain("This page has a part of the variants.");
  });
});

test("the end of a soak is told with the time that is left", () => {
  const story = scene()
    .published("ami-00000001")
    .kubernetes("1.35.8")
    .image("ami-00000002")
    .holds("ami-00000002", ["candidate"]);
  const { body } = statusAnswer(story.world, { variant: core });

  expect(textOf(body)).toContain("ami-00000002 soaks until 2026-11-05 11:00 UTC , in 23 h");
});
