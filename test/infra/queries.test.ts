import { beforeAll, expect, test } from "vitest";
import { usual } from "./deployments.ts";
import type { Graph } from "./graph.ts";

let graph: Graph;
beforeAll(async () => {
  graph = await usual();
});

test.each([
  ["why was this built", "WhyBuilt", "why-was-it-built", ["ReconcileLogs"]],
  ["why was it not", "WhyNotBuilt", "why-was-it-not", ["ReconcileLogs"]],
  ["what failed", "WhatFailed", "what-failed", ["ReconcileLogs", "ApiLogs"]],
  ["who asked", "WhoAsked", "who-asked", ["ApiLogs"]],
  ["what became of it", "WhatBecame", "what-became-of-it", ["ReconcileLogs"]],
])('the question "%s" has a saved query on the functions\' logs', (_, name, noun, groups) => {
  const { inputs } = graph.named(name);

  expect(inputs).toEqual({
    name: `eks-windows-images-production-${noun}`,
    logGroupNames: groups.map((group) => graph.named(group).inputs.name),
    queryString: expect.stringMatching(/^fields .*\n\| (filter|sort) /),
  });
});
