import { expect, test } from "vitest";
import type { ActResult } from "../../../../local/rehearsal/act-result.ts";
import { summarize } from "../../../../local/rehearsal/summary.ts";

const variant = "windows-2022-core-1.35";
const channels = `/eks-windows-images/rehearsal/channels/${variant}`;

function result(act: string, changes: Partial<ActResult>): ActResult {
  const quiet = { reasons: [], builds: 0, harvests: 0, image: null, published: false, notified: false, previous: null };
  const launched = { fastLaunch: { enabled: [], ended: [] } };
  const unchanged = { deprecated: [], restored: [], disabled: [], calls: [], notifications: [], ...launched };
  const held = { candidate: null, stable: null };
  return { act, trigger: "base-ami", variant, channels: held, seconds: 8, ...quiet, ...unchanged, ...changes };
}

const first = result("first image", {
  reasons: ["first image of the variant"],
  builds: 1,
  image: "ami-1",
  published: true,
  seconds: 41.25,
});
const revoke = result("revoke", {
  previous: "ami-1",
  calls: [
    { call: "GET /", status: 200, message: "" },
    { call: "POST /revoke", status: 202, message: "" },
  ],
});

const repeated = result("nothing changed", { trigger: "base-ami, build, manual" });

function summaryOf(acts: ActResult[], ok = true): string[] {
  const parameters = { [`${channels}/stable`]: "ami-1", [`${channels}/candidate`]: "ami-1" };
  return summarize({ ok, seconds: 52.1, parts: {}, acts, parameters, permissions: null });
}

test("the summary names each act with its reason, its image and its duration", () => {
  const lines = summaryOf([first, revoke, repeated]);

  expect(lines).toContain("first image      first image of the variant      ami-1 published       41.3 s");
  expect(lines).toContain("revoke           POST /revoke                    stable holds nothing  8.0 s");
  expect(lines).toContain("nothing changed  3 kinds of triggers, no change  no build              8.0 s");
});

test("an act of several variants has one line for each, and its name and duration once", () => {
  const other = { ...first, variant: "windows-2025-core-1.35", image: "ami-2", published: false };

  const line = summaryOf([first, other]).find((one) => one.includes("ami-2"));

  expect(line).toBe("             windows-2025-core-1.35  first image of the variant  ami-2 kept out");
});

test("the summary names what each channel holds, and the verdict", () => {
  expect(summaryOf([first]).slice(-6)).toEqual([
    "",
    "channel                                                                  image",
    `${channels}/candidate  ami-1`,
    `${channels}/stable     ami-1`,
    "",
    "Everything went as expected in 52.1 s",
  ]);
  expect(summaryOf([first], false).at(-1)).toBe("Not everything went as expected in 52.1 s");
});
