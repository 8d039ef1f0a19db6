import { expect, test } from "vitest";
import { type Outcome, totalFailure } from "../../functions/act.ts";
import type { Action } from "../../functions/plan.ts";

const wait: Action = { do: "wait", variant: "one", for: "build", until: undefined, reasons: [] };
const nothing: Action = { do: "nothing", variant: "two", reasons: [] };
const deprecate: Action = { do: "deprecate", variant: "one", image: "ami-1", reasons: [] };
const publish: Action = {
  do: "publish",
  variant: "two",
  channel: "stable",
  image: "ami-2",
  previous: undefined,
  leaves: undefined,
  reasons: [],
};

const done = (action: Action): Outcome => ({ action, result: "done" });
const failed = (action: Action): Outcome => ({ action, result: "failed", error: new Error(`${action.do} is denied`) });

test.each<[string, Outcome[]]>([
  ["there was nothing to do", [done(wait), done(nothing)]],
  ["all worked", [done(deprecate), done(publish)]],
  ["one variant's action worked", [failed(deprecate), done(publish)]],
  ["the world had changed meanwhile", [failed(deprecate), { action: publish, result: "stale" }]],
])("a look has not failed where %s", (_, outcomes) => {
  expect(totalFailure(outcomes)).toBeUndefined();
});

test.each<[string, Outcome[]]>([
  ["waiting is all that worked", [failed(deprecate), done(wait), done(nothing)]],
  ["the rest was held back for it", [failed(deprecate), { action: publish, result: "held-back" }]],
])("a look has failed where %s, with all that did not work", (_, outcomes) => {
  expect(totalFailure(outcomes)).toMatchObject({
    message: "acting: nothing worked: deprecate is denied",
    errors: [new Error("deprecate is denied")],
  });
});
