import { expect, test } from "vitest";
import type { ActResult } from "../../local/rehearsal/act-result.ts";
import { acts } from "../../local/rehearsal/acts.ts";
import { assess } from "../../local/rehearsal/assessment.ts";

const variant = "windows-2022-core-1.35";
const channels = `/eks-windows-images/rehearsal/channels/${variant}`;
const everything = "base-ami, build, channel, kubernetes, manual, patch-tuesday, unknown";

function image(act: string, trigger: string, reason: string, previous: string | null, made: string): ActResult {
  const told = { published: true, notified: true, seconds: 40 };
  return { act, trigger, variant, reasons: [reason], builds: 1, image: made, previous, ...told };
}

/** The story as it should go, up to a bad image. */
function story(): { results: ActResult[]; parameters: Record<string, string> } {
  const quiet = { act: "nothing changed", trigger: everything, variant, reasons: [], builds: 0, image: null };
  return {
    results: [
      image("first image", "base-ami", "first image of the variant", null, "ami-1"),
      image("Kubernetes", "kubernetes", "kubernetes 1.35.7 → 1.35.8", "ami-1", "ami-2"),
      { ...quiet, previous: "ami-2", published: false, notified: false, seconds: 8 },
      { ...image("bad image", "base-ami", "baseAmi ami-a → ami-b", "ami-2", "ami-3"), published: false },
    ],
    parameters: { [`${channels}/candidate`]: "ami-2", [`${channels}/stable`]: "ami-2" },
  };
}

/** The story with one act gone wrong. */
function storyBut(act: string, wrong: Partial<ActResult>): string[] {
  const { results, parameters } = story();
  const told = results.map((result) => (result.act === act ? { ...result, ...wrong } : result));
  return assess(told, acts, parameters);
}

test("there is nothing to say about a story that goes as it should", () => {
  const { results, parameters } = story();

  expect(assess(results, acts, parameters)).toEqual([]);
});

test.each<[string, string, Partial<ActResult>, string]>([
  ["a second build", "Kubernetes", { builds: 2 }, "builds is 2, not 1"],
  ["an image that nobody was told of", "Kubernetes", { notified: false }, "notified is false, not true"],
  [
    "a build for another reason",
    "Kubernetes",
    { reasons: ["settings a → b"] },
    '"settings a → b" is no reason for it; no reason is like /^kubernetes /',
  ],
  [
    "a reason too many",
    "Kubernetes",
    { reasons: ["kubernetes 1.35.7 → 1.35.8", "settings a → b"] },
    '"settings a → b" is no reason for it',
  ],
  [
    "another trigger than the act's",
    "Kubernetes",
    { trigger: "manual" },
    "the trigger kubernetes was not seen (but manual)",
  ],
  ["a stable that held something else", "Kubernetes", { previous: "ami-9" }, "stable held ami-9 before it, not ami-1"],
  ["any mail in the quiet act", "nothing changed", { notified: true }, "notified is true, not false"],
  [
    "a quiet act that a trigger was missing from",
    "nothing changed",
    { trigger: everything.replace("channel, ", "") },
    `the trigger channel was not seen (but ${everything.replace("channel, ", "")})`,
  ],
  ["a bad image that is published", "bad image", { image: "ami-2" }, `${channels}/candidate holds ami-2`],
])("%s is complained of", (_, act, wrong, complaint) => {
  const complaints = storyBut(act, wrong);

  for (const part of complaint.split("; ")) expect(complaints).toContain(`${act}, ${variant}: ${part}`);
});

test("a slow schedule may bring a Patch Tuesday along", () => {
  const reasons = ["kubernetes 1.35.7 → 1.35.8", "patchTuesday 2026-10-13 → 2026-11-10"];

  expect(storyBut("Kubernetes", { reasons })).toEqual([]);
});

test("at the end stable has to hold what was published last", () => {
  const { results } = story();

  const complaints = assess(results, acts, { [`${channels}/stable`]: "ami-1" });

  expect(complaints).toEqual([`at the end stable of ${variant} holds ami-1, not ami-2`]);
});
