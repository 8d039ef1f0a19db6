import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { FailureClass } from "../../functions/domain/failures.ts";
import { withFastLaunch, withFleets } from "./deployments.ts";
import { root } from "./graph.ts";

const page = readFileSync(join(root, "docs/operations.md"), "utf8");

/** The rows of the table below a heading: what a row is about, what it means and what to do. */
function rowsBelow(heading: string): string[][] {
  const [, section = ""] = page.split(`\n## ${heading}\n`);
  return [...(section.split("\n## ")[0] ?? "").matchAll(/^\| `([\w-]+)` \| (.+) \| (.+) \|$/gm)].map((row) =>
    row.slice(1),
  );
}

test("docs/operations.md says of every alarm what it means and what to do", async () => {
  const graphs = await Promise.all([withFleets(), withFastLaunch()]);
  const names = graphs.flatMap((graph) =>
    graph.ofType("aws:cloudwatch/metricAlarm:MetricAlarm").map(({ inputs }) => String(inputs.name)),
  );
  const nouns = [...new Set(names)].map((name) => name.replace("eks-windows-images-production-", ""));
  const rows = rowsBelow("Alarms");

  expect(rows.map(([noun]) => noun).toSorted()).toEqual(nouns.toSorted());
  for (const [, meaning, remedy] of rows) expect(meaning).not.toBe(remedy);
});

test("docs/operations.md says of every failure class what it means and what to do", () => {
  expect(rowsBelow("Failures of builds").map(([name]) => name)).toEqual(FailureClass.options);
});
