import { beforeAll, expect, test } from "vitest";
import { type Played, play, storyLimit } from "./rehearse.ts";

const variant = "windows-2022-core-1.35";
let story: Played;

/** The image that an act has made. */
function imageOf(act: string): string | null {
  return story.act(act, variant).image;
}

beforeAll(async () => {
  story = await play("--story", "safety");
}, storyLimit);

test("all is as it should be, in this order", () => {
  expect(story.rehearsal.ok).toBe(true);
  expect(story.rehearsal.acts.map(({ act }) => act)).toEqual([
    "first image",
    "approval",
    "rejected write",
    "soak and promotion",
    "revoke",
    "nothing to go back to",
    "unrevoke",
    "bad image",
    "second attempt",
    "retention",
    "rollback",
    "nothing changed",
  ]);
});

test("where an approval is asked for, stable waits for it, for the first image too", () => {
  const first = imageOf("first image");
  expect(story.act("first image", variant).channels).toEqual({ candidate: first, stable: null });
  expect(story.act("approval", variant).channels).toEqual({ candidate: first, stable: first });
});

test("a write that Parameter Store rejects afterwards is told and tried again", () => {
  const { told, channels, image } = story.act("rejected write", variant);
  expect(told.slice(0, 2)).toEqual(["write-rejected/candidate", "published/candidate"]);
  expect(channels.candidate).toBe(image);
});

test("a promotion does not shorten the soak: its answer names the end", () => {
  const { calls, channels } = story.act("soak and promotion", variant);
  expect(calls.find(({ call }) => call === "POST /promote")?.said).toMatch(
    /is approved; .*stable holds ami-\w+ until 2026-10-\S+: ami-\w+ soaks/,
  );
  expect(channels.stable).toBe(imageOf("rejected write"));
});

test("a revoked image leaves all channels for the one before, is deprecated, and is told", () => {
  const { channels, deprecated, told, builds } = story.act("revoke", variant);
  const first = imageOf("first image");
  expect(channels).toEqual({ candidate: first, stable: first });
  expect(deprecated).toEqual([imageOf("rejected write")]);
  expect(told.toSorted()).toEqual(["revoked", "rolled-back/candidate", "rolled-back/stable"]);
  expect(builds).toBe(0);
});

test("a rollback with nothing to go back to is refused and changes nothing", () => {
  const { calls, channels, deprecated, told } = story.act("nothing to go back to", variant);
  expect(calls.at(-1)).toMatchObject({ call: "POST /rollback", status: 409 });
  expect(channels).toEqual(story.act("revoke", variant).channels);
  expect([...deprecated, ...told]).toEqual([]);
});

test("an image that is revoked no more comes back", () => {
  const { channels, restored } = story.act("unrevoke", variant);
  const back = imageOf("rejected write");
  expect(channels).toEqual({ candidate: back, stable: back });
  expect(restored).toEqual([back]);
});

test("a bad image is kept out; the next attempt gets through, and both are told", () => {
  const bad = story.act("bad image", variant);
  expect(bad).toMatchObject({ builds: 1, told: ["failed"], channels: story.act("unrevoke", variant).channels });
  const { told, channels, image } = story.act("second attempt", variant);
  expect(told).toContain("recovered");
  expect(channels.candidate).toBe(image);
});

test("retention disables what failed its proof, and not what a launch template names", () => {
  expect(story.act("retention", variant).disabled).toEqual([imageOf("bad image")]);
  expect(story.rehearsal.acts.flatMap(({ disabled }) => disabled)).not.toContain(imageOf("first image"));
});

test("a rollback takes the channel back to the image before", () => {
  const { channels, deprecated } = story.act("rollback", variant);
  expect(channels.stable).toBe(imageOf("rejected write"));
  expect(deprecated).toEqual([imageOf("second attempt")]);
});

test("at the end nothing happens any more, whatever triggers", () => {
  const quiet = { builds: 0, told: [], deprecated: [], restored: [], disabled: [] };
  expect(story.act("nothing changed", variant)).toMatchObject(quiet);
});
