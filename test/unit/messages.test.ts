import { expect, test } from "vitest";
import type { Fact } from "../../functions/facts.ts";
import { messageOf } from "../../functions/messages.ts";
import { core, scene } from "../scene.ts";

function facts(story: ReturnType<typeof scene>): Fact[] {
  return story.actions().flatMap((action) => (action.do === "announce" ? [action.fact] : []));
}

test("a published image is told with what changed", () => {
  const story = scene().published("ami-1", { kubernetes: "1.35.6" }).image("ami-2").holds("ami-2");
  story.world.announced.delete("published/stable/ami-2");

  const [message] = facts(story).map(messageOf);

  expect(message?.subject).toBe(`[eks-windows-images] ami-2 published to stable (${core})`);
  expect(message?.text).toContain("Previous   ami-1");
  expect(message?.text).toContain("kubernetes 1.35.6 → 1.35.7");
});

test("a failed build is told with class, cause, log and what happens next", () => {
  const story = scene()
    .published("ami-1")
    .kubernetes("1.35.8")
    .failed("proof", { image: "ami-2", log: "https://logs.example.com/1" });

  const [message] = facts(story).map(messageOf);

  expect(message?.subject).toContain("build failed (proof)");
  for (const part of [
    "proof trouble",
    "https://logs.example.com/1",
    "ami-2 is not published",
    "Tried again after 2026-11-04T12:15:00.000Z.",
  ])
    expect(message?.text).toContain(part);
});

test("every kind of fact makes a subject that SNS takes", () => {
  const withoutKubernetes = scene();
  Object.assign(withoutKubernetes.world.upstream[core] ?? {}, { kubernetes: { state: "missing", why: "404" } });
  const stories = [
    scene().image("ami-1").holds("ami-1"),
    scene().failed("test").failed("test").failed("test"),
    scene().baseMissing(),
    withoutKubernetes,
    scene()
      .image("ami-1", { revoked: { reason: "bad", by: undefined, at: undefined } })
      .holds("ami-1"),
    scene().baseReleased(100 * 24 * 3_600_000),
    scene()
      .image("ami-2", { proof: undefined })
      .failed("capacity", { purpose: "prove", image: "ami-2" })
      .failed("capacity", { purpose: "prove", image: "ami-2" }),
  ];
  for (const story of stories) story.world.announced.clear();

  const all = stories.flatMap(facts);

  expect(new Set(all.map(({ kind }) => kind))).toEqual(
    new Set(["kubernetes-missing", "stranded", "published", "failed", "gave-up", "base-missing", "silent", "unproved"]),
  );
  for (const fact of all) expect(messageOf(fact).subject).toMatch(/^[\x20-\x7e]{1,100}$/);
});
