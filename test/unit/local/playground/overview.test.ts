import { expect, test } from "vitest";
import { overviewOf } from "../../../../local/playground/overview.ts";

const variant = {
  variant: "core",
  paused: null,
  channels: {
    candidate: { image: "ami-2", outlook: "candidate holds ami-2, its newest image" },
    stable: { image: null, outlook: "stable holds nothing: ami-2 soaks" },
  },
  running: null,
  nextBuild: { reasons: ["ami-2 is up to date"] },
};

test("a few lines say what the channels hold and what comes next", () => {
  expect(overviewOf({ variants: [variant] })).toEqual([
    "core",
    "  candidate  ami-2: candidate holds ami-2, its newest image",
    "  stable     stable holds nothing: ami-2 soaks",
    "  next       ami-2 is up to date",
  ]);
});

test("they say what runs and what is paused", () => {
  const lines = overviewOf({
    variants: [{ ...variant, paused: "paused by ann", running: { purpose: "build", phase: "BUILD" } }],
  });

  expect([lines[0], lines.at(-1)]).toEqual(["core (paused by ann)", "  build      BUILD"]);
});
