import { beforeAll, expect, test } from "vitest";
import { type Graph, graphOf } from "./graph.ts";

let graph: Graph;
beforeAll(async () => {
  graph = await graphOf({ variants: [{ windows: 2022, kubernetes: "1.35" }] }, "production");
}, 120_000);

test.each([
  ["why was this built", "WhyBuilt", "why-was-it-built", ["ReconcileLogs"]],
  ["why was it not", "WhyNotBuilt", "why-was-it-not", ["ReconcileLogs"]],
  ["what failed", "WhatFailed", "what-failed", ["ReconcileLogs", "ApiLogs"]],
  ["who asked", "WhoAsked", "who-asked", ["ApiLogs"]],
  ["what became of it", "WhatBecame", "what-became-of-it", ["ReconcileLogs"]],
])("%s is answered from the logs of the functions by a saved query", (_, name, noun, groups) => {
  const { inputs } = graph.named(name);

  expect(inputs).toEqual({
    name: `eks-windows-images-production-${noun}`,
    logGroupNames: groups.map((group) => graph.named(group).inputs.name),
    queryString: expect.stringMatching(/^fields .*\n\| (filter|sort) /),
  });
});
