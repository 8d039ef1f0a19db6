import { expect, test } from "vitest";
import { parseConfiguration } from "../../../../functions/config/configuration.ts";
import type { ActResult } from "../../../../local/rehearsal/act-result.ts";
import { assess } from "../../../../local/rehearsal/assessment.ts";
import { families } from "../../../../local/rehearsal/stories/families.ts";
import { main } from "../../../../local/rehearsal/stories/main.ts";
import { safety } from "../../../../local/rehearsal/stories/safety.ts";

const { variants } = parseConfiguration({ variants: [{ windows: 2022, kubernetes: "1.35" }] });
const variant = "windows-2022-core-1.35";
const channels = `/eks-windows-images/rehearsal/channels/${variant}`;
const everything = "base-ami, build, channel, kubernetes, manual, patch-tuesday, unknown";

function result(act: string, trigger: string, changes: Partial<ActResult>): ActResult {
  const nobody = { deprecated: [], restored: [], disabled: [], calls: [], told: [] };
  const quiet = { reasons: [], builds: 0, harvests: 0, image: null, published: false, notified: false, seconds: 8 };
  return {
    act,
    trigger,
    variant,
    previous: null,
    channels: { candidate: null, stable: null },
    ...quiet,
    ...nobody,
    ...changes,
  };
}

function holding(image: string) {
  return { channels: { candidate: image, stable: image } };
}

function image(act: string, trigger: string, reason: string, previous: string | null, made: string): ActResult {
  const told = ["published/candidate", "published/stable"];
  const built = { reasons: [reason], builds: 1, image: made, previous, published: true, notified: true, told };
  return result(act, trigger, { ...built, ...holding(made) });
}

/** The story as it should go, up to a bad image. */
function story(): { results: ActResult[]; parameters: Record<string, string> } {
  const bad = image("bad image", "base-ami", "baseAmi ami-a → ami-b", "ami-2", "ami-3");
  return {
    results: [
      image("first image", "base-ami", "first image of the variant", null, "ami-1"),
      image("Kubernetes", "kubernetes", "kubernetes 1.35.7 → 1.35.8", "ami-1", "ami-2"),
      result("nothing changed", everything, { previous: "ami-2", ...holding("ami-2") }),
      { ...bad, ...holding("ami-2"), published: false, told: ["failed"] },
    ],
    parameters: { [`${channels}/candidate`]: "ami-2", [`${channels}/stable`]: "ami-2" },
  };
}

/** The story with one act gone wrong. */
function storyBut(act: string, wrong: Partial<ActResult>): string[] {
  const { results, parameters } = story();
  const told = results.map((result) => (result.act === act ? { ...result, ...wrong } : result));
  return assess(told, main.acts, variants, parameters);
}

test("there is nothing to say about a story that goes as it should", () => {
  const { results, parameters } = story();

  expect(assess(results, main.acts, variants, parameters)).toEqual([]);
});

test.each<[string, string, Partial<ActResult>, string]>([
  ["a second build", "Kubernetes", { builds: 2 }, "builds is 2, not 1"],
  [
    "an image that nobody was told of",
    "Kubernetes",
    { notified: false, told: ["published/candidate"] },
    "notified is false, not true (nothing of published/stable)",
  ],
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
  [
    "any mail in the quiet act",
    "nothing changed",
    { notified: true, told: ["failed"] },
    "notified is true, not false (failed)",
  ],
  [
    "a quiet act that a trigger was missing from",
    "nothing changed",
    { trigger: everything.replace("channel, ", "") },
    `the trigger channel was not seen (but ${everything.replace("channel, ", "")})`,
  ],
  [
    "a bad image that is published",
    "bad image",
    { channels: { candidate: "ami-3", stable: "ami-2" } },
    "candidate holds ami-3, not ami-2",
  ],
  ["an image that goes nowhere", "Kubernetes", holding("ami-1"), "stable holds ami-1, not ami-2"],
  ["an image that is taken out of use", "nothing changed", { disabled: ["ami-1"] }, "disabled is ami-1, not nothing"],
])("%s is complained of", (_, act, wrong, complaint) => {
  const complaints = storyBut(act, wrong);

  for (const part of complaint.split("; ")) expect(complaints).toContain(`${act}, ${variant}: ${part}`);
});

test("a slow schedule may bring a Patch Tuesday along", () => {
  const reasons = ["kubernetes 1.35.7 → 1.35.8", "patchTuesday 2026-10-13 → 2026-11-10"];

  expect(storyBut("Kubernetes", { reasons })).toEqual([]);
});

test("at the end stable has to hold what was published last", () => {
  const { results, parameters } = story();

  const complaints = assess(results, main.acts, variants, { ...parameters, [`${channels}/stable`]: "ami-1" });

  expect(complaints).toEqual([`at the end stable of ${variant} holds ami-1, not ami-2`]);
});

test("what goes back has to be the image that the story names", () => {
  const first = image("first image", "base-ami", "first image of the variant", null, "ami-1");
  const next = image("rejected write", "base-ami", "baseAmi ami-a → ami-b", null, "ami-2");
  const told = ["revoked", "rolled-back/candidate", "rolled-back/stable"];
  const taken = { previous: null, told, notified: true, channels: { candidate: "ami-2", stable: "ami-1" } };
  const calls = [200, 200, 409].map((status) => ({ call: "POST /revoke", status, said: "" }));
  const results = [
    { ...first, channels: { candidate: "ami-1", stable: null } },
    {
      ...next,
      channels: { candidate: "ami-2", stable: null },
      told: ["write-rejected/candidate", "published/candidate"],
    },
    result("revoke", "manual", { ...taken, deprecated: ["ami-1"], calls }),
  ];

  expect(
    assess(results, safety.acts, variants, { [`${channels}/candidate`]: "ami-2", [`${channels}/stable`]: "ami-1" }),
  ).toEqual(
    [
      "candidate holds ami-2, not ami-1",
      "deprecated is ami-1, not ami-2",
      "the calls were answered with 200, 200, 409, not 200, 200, 202",
    ].map((complaint) => `revoke, ${variant}: ${complaint}`),
  );
});

test("where nobody should look, any trigger is complained of", () => {
  const calls = [200, 409].map((status) => ({ call: "POST /rollback", status, said: "" }));

  const complaints = assess([result("nothing to go back to", "manual", { calls })], safety.acts, variants, {});

  expect(complaints).toEqual([`nothing to go back to, ${variant}: the trigger manual was seen, where none should be`]);
});

test("harvests are counted over all variants", () => {
  const first = image("first images", "base-ami", "first image of the variant", null, "ami-1");
  const parameters = { [`${channels}/candidate`]: "ami-1", [`${channels}/stable`]: "ami-1" };

  expect(assess([{ ...first, harvests: 1 }], families.acts, variants, parameters)).toEqual([]);
  expect(assess([first], families.acts, variants, parameters)).toEqual(["first images: harvests are 0, not 1"]);
});
