import { expect, test, vi } from "vitest";
import { breakOne } from "../../local/breaking/break-one.ts";
import { cases } from "../../local/breaking/cases.ts";
import { installTools } from "../../local/tools/install.ts";

// Each case is a local stack whose builds sleep most of the time.
vi.setConfig({ maxConcurrency: 3 });

const { signal } = new AbortController();

/** `npm run break` has all cases, at any moment. The seeds choose these moments. */
test.concurrent.for([
  { name: "agent-killed", seed: 1, broken: "CodeBuild kills the build as it does at its time limit at 34-eks-tools" },
  { name: "lambda-killed", seed: 1, broken: /^reconcile was killed after it started a build, and before and after/ },
  { name: "aws-restarts", seed: 2, broken: /lost the records at 65-page-file$/ },
])("the service survives without a person: $name", async ({ name, seed, broken }) => {
  const one = cases.find((each) => each.name === name);
  if (!one) throw new Error(`there is no case ${name}`);

  const verdict = await breakOne(one, { tools: await installTools(() => undefined), seed, say: () => {}, signal });

  expect(verdict.findings).toEqual([]);
  expect(verdict.broken).toMatch(broken);
});
