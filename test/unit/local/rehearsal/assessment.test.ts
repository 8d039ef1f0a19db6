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
  const unchanged = {
    deprecated: [],
    restored: [],
    disabled: [],
    fastLaunch: { enabled: [], ended: [] },
    calls: [],
    notifications: [],
  };
  const quiet = { reasons: [], builds: 0, harvests: 0, image: null, published: false, notified: false, seconds: 8 };
  return {
    act,
    trigger,
    variant,
    previous: null,
    channels: { candidate: null, stable: null },
    ...quiet,
    ...unchanged,
    ...changes,
  };
}

function holding(image: string) {
  return { channels: { candidate: image, stable: image } };
}

function image(act: string, trigger: string, reason: string, previous: string | null, made: string): ActResult {
  const notifications = ["published/candidate", "published/stable"];
  const built = { reasons: [reason], builds: 1, image: made, previous, published: true, notified: true, notifications };
  return result(act, trigger, { ...built, ...holding(made) });
}

/** A story that goes as expected and ends with a bad image. */
function story(): { results: ActResult[]; parameters: Record<string, string> } {
  const bad = image("bad image", "base-ami", "baseAmi ami-a → ami-b", "ami-2", "ami-3");
  return {
    results: [
      image("first image", "base-ami", "first image of the variant", null, "ami-1"),
      image("Kubernetes", "kubernetes", "kubernetes 1.35.7 → 1.35.8", "ami-1", "ami-2"),
      result("nothing changed", everything, { previous: "ami-2", ...holding("ami-2") }),
      { ...bad, ...holding("ami-2"), published: false, notifications: ["failed"] },
    ],
    parameters: { [`${channels}/candidate`]: "ami-2", [`${channels}/stable`]: "ami-2" },
  };
}

/** The deviations of the story with one changed result. */
function deviationsWith(act: string, wrong: Partial<ActResult>): string[] {
  const { results, parameters } = story();
  const changed = results.map((result) => (result.act === act ? { ...result, ...wrong } : result));
  return assess(changed, main.acts, variants, parameters);
}

test("a story that goes as expected has no deviation", () => {
  const { results, parameters } = story();

  expect(assess(results, main.acts, variants, parameters)).toEqual([]);
});

test.each<[string, string, Partial<ActResult>, string]>([
  ["a second build", "Kubernetes", { builds: 2 }, "builds is 2, not 1"],
  [
    "an image without a notification",
    "Kubernetes",
    { notified: false, notifications: ["published/candidate"] },
    "notified is false, not true (published/stable did not come)",
  ],
  [
    "a build for another reason",
    "Kubernetes",
    { reasons: ["settings a → b"] },
    '"settings a → b" is not a reason for this act; no reason matches /^kubernetes /',
  ],
  [
    "an additional reason",
    "Kubernetes",
    { reasons: ["kubernetes 1.35.7 → 1.35.8", "settings a → b"] },
    '"settings a → b" is not a reason for this act',
  ],
  [
    "another trigger than the act's own",
    "Kubernetes",
    { trigger: "manual" },
    "the trigger kubernetes did not come (manual came)",
  ],
  [
    "a stable channel that held another image before",
    "Kubernetes",
    { previous: "ami-9" },
    "stable held ami-9 before the act, not ami-1",
  ],
  [
    "a notification in the quiet act",
    "nothing changed",
    { notified: true, notifications: ["failed"] },
    "notified is true, not false (failed)",
  ],
  [
    "a missing trigger in the quiet act",
    "nothing changed",
    { trigger: everything.replace("channel, ", "") },
    `the trigger channel did not come (${everything.replace("channel, ", "")} came)`,
  ],
  [
    "a published bad image",
    "bad image",
    { channels: { candidate: "ami-3", stable: "ami-2" } },
    "candidate holds ami-3, not ami-2",
  ],
  ["an image that is not published", "Kubernetes", holding("ami-1"), "stable holds ami-1, not ami-2"],
  ["an image that is disabled", "nothing changed", { disabled: ["ami-1"] }, "disabled is ami-1, not nothing"],
  [
    "snapshots of an image that had none",
    "nothing changed",
    { fastLaunch: { enabled: ["ami-2"], ended: [] } },
    "fast launch enabled is ami-2, not nothing",
  ],
  [
    "an image that loses its snapshots",
    "nothing changed",
    { fastLaunch: { enabled: [], ended: ["ami-1"] } },
    "fast launch ended is ami-1, not nothing",
  ],
])("%s is a deviation", (_, act, wrong, deviation) => {
  const deviations = deviationsWith(act, wrong);

  for (const part of deviation.split("; ")) expect(deviations).toContain(`${act}, ${variant}: ${part}`);
});

test("a Patch Tuesday may pass before a slow schedule fires", () => {
  const reasons = ["kubernetes 1.35.7 → 1.35.8", "patchTuesday 2026-10-13 → 2026-11-10"];

  expect(deviationsWith("Kubernetes", { reasons })).toEqual([]);
});

test("at the end stable must hold the last published image", () => {
  const { results, parameters } = story();

  const deviations = assess(results, main.acts, variants, { ...parameters, [`${channels}/stable`]: "ami-1" });

  expect(deviations).toEqual([`at the end stable of ${variant} holds ami-1, not ami-2`]);
});

test("a channel must go back to the image that the story names", () => {
  const first = image("first image", "base-ami", "first image of the variant", null, "ami-1");
  const next = image("rejected write", "base-ami", "baseAmi ami-a → ami-b", null, "ami-2");
  const notifications = ["revoked", "rolled-back/candidate", "rolled-back/stable"];
  const taken = { previous: null, notifications, notified: true, channels: { candidate: "ami-2", stable: "ami-1" } };
  const calls = [200, 200, 409].map((status) => ({ call: "POST /revoke", status, message: "" }));
  const results = [
    { ...first, channels: { candidate: "ami-1", stable: null } },
    {
      ...next,
      channels: { candidate: "ami-2", stable: null },
      notifications: ["write-rejected/candidate", "published/candidate"],
    },
    result("revoke", "manual", { ...taken, deprecated: ["ami-1"], calls }),
  ];

  expect(
    assess(results, safety.acts, variants, { [`${channels}/candidate`]: "ami-2", [`${channels}/stable`]: "ami-1" }),
  ).toEqual(
    [
      "candidate holds ami-2, not ami-1",
      "deprecated is ami-1, not ami-2",
      "the calls returned 200, 200, 409, not 200, 200, 202",
    ].map((deviation) => `revoke, ${variant}: ${deviation}`),
  );
});

test("in an act without a trigger, any reconcile run is a deviation", () => {
  const calls = [200, 409].map((status) => ({ call: "POST /rollback", status, message: "" }));

  const deviations = assess([result("nothing to go back to", "manual", { calls })], safety.acts, variants, {});

  expect(deviations).toEqual([
    `nothing to go back to, ${variant}: reconcile ran for the trigger manual, but must not run in this act`,
  ]);
});

test("harvests count for all variants together", () => {
  const first = image("first images", "base-ami", "first image of the variant", null, "ami-1");
  const parameters = { [`${channels}/candidate`]: "ami-1", [`${channels}/stable`]: "ami-1" };

  expect(assess([{ ...first, harvests: 1 }], families.acts, variants, parameters)).toEqual([]);
  expect(assess([first], families.acts, variants, parameters)).toEqual(["first images: 0 harvests ran, not 1"]);
});
