import { beforeAll, expect, test } from "vitest";
import { type Played, play } from "./rehearse.ts";

const variant = "windows-2022-core-1.35";
let story: Played;

/** The image that an act built. */
function imageOf(act: string): string | null {
  return story.act(act, variant).image;
}

beforeAll(async () => {
  story = await play("--story", "safety");
});

test("the story succeeds and plays its acts in order", () => {
  expect(story.rehearsal.ok).toBe(true);
  expect(story.rehearsal.acts.map(({ act }) => act)).toEqual([
    "first image",
    "approval",
    "rejected write",
    "soak after approval",
    "revoke",
    "nothing to go back to",
    "unrevoke",
    "forged image",
    "bad image",
    "second attempt",
    "retention",
    "rollback",
    "killed build",
    "nothing changed",
  ]);
});

test("with manual approval, stable waits for the approval even for the first image", () => {
  const first = imageOf("first image");
  expect(story.act("first image", variant).channels).toEqual({ candidate: first, stable: null });
  expect(story.act("approval", variant).channels).toEqual({ candidate: first, stable: first });
});

test("a write that Parameter Store rejects afterwards is notified and retried", () => {
  const { notifications, channels, image } = story.act("rejected write", variant);
  expect(notifications.slice(0, 2)).toEqual(["write-rejected/candidate", "published/candidate"]);
  expect(channels.candidate).toBe(image);
});

test("an approval does not shorten the soak; its answer names the end of the soak", () => {
  const { calls, channels } = story.act("soak after approval", variant);
  expect(calls.find(({ call }) => call === "POST /approve")?.message).toMatch(
    /is approved; .*stable holds ami-\w+ until 2026-10-\S+: ami-\w+ soaks/,
  );
  expect(channels.stable).toBe(imageOf("rejected write"));
});

test("a revoked image is deprecated and leaves all channels for the previous image, and subscribers are notified", () => {
  const { channels, deprecated, notifications, builds } = story.act("revoke", variant);
  const first = imageOf("first image");
  expect(channels).toEqual({ candidate: first, stable: first });
  expect(deprecated).toEqual([imageOf("rejected write")]);
  expect(notifications.toSorted()).toEqual(["revoked", "rolled-back/candidate", "rolled-back/stable"]);
  expect(builds).toBe(0);
});

test("a rollback without a previous image is refused and changes nothing", () => {
  const { calls, channels, deprecated, notifications } = story.act("nothing to go back to", variant);
  expect(calls.at(-1)).toMatchObject({ call: "POST /rollback", status: 409 });
  expect(channels).toEqual(story.act("revoke", variant).channels);
  expect([...deprecated, ...notifications]).toEqual([]);
});

test("an unrevoked image returns to the channels", () => {
  const { channels, restored } = story.act("unrevoke", variant);
  const back = imageOf("rejected write");
  expect(channels).toEqual({ candidate: back, stable: back });
  expect(restored).toEqual([back]);
});

test("a copy of the published image with all its tags is reported and not published, although it is newer", () => {
  const { channels, notifications, builds } = story.act("forged image", variant);
  expect({ channels, notifications, builds }).toEqual({
    channels: story.act("unrevoke", variant).channels,
    notifications: ["unrecorded"],
    builds: 0,
  });
});

test("a bad image is not published, the second attempt is, and subscribers are notified of both", () => {
  const bad = story.act("bad image", variant);
  expect(bad).toMatchObject({
    builds: 1,
    notifications: ["failed"],
    channels: story.act("unrevoke", variant).channels,
  });
  const { notifications, channels, image } = story.act("second attempt", variant);
  expect(notifications).toContain("recovered");
  expect(channels.candidate).toBe(image);
});

test("retention disables the image that failed its proof, and not the image that a launch template names", () => {
  expect(story.act("retention", variant).disabled).toEqual([imageOf("bad image")]);
  expect(story.rehearsal.acts.flatMap(({ disabled }) => disabled)).not.toContain(imageOf("first image"));
});

test("a rollback returns the channel to the previous image", () => {
  const { channels, deprecated } = story.act("rollback", variant);
  expect(channels.stable).toBe(imageOf("rejected write"));
  expect(deprecated).toEqual([imageOf("second attempt")]);
});

test("a killed build publishes nothing, and what it left behind is removed after half an hour", () => {
  // The act itself demands that the instance, its volume and the key pair are left behind, and later gone.
  expect(story.act("killed build", variant)).toMatchObject({ builds: 1, image: null, notifications: [] });
});

test("repeated triggers at the end change nothing", () => {
  const quiet = { builds: 0, notifications: [], deprecated: [], restored: [], disabled: [] };
  expect(story.act("nothing changed", variant)).toMatchObject(quiet);
});
