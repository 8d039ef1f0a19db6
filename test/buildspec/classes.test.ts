import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { FailureClass } from "../../functions/domain/failures.ts";

const buildspec = new URL("../../buildspec/", import.meta.url);
const sources = readdirSync(buildspec).map((name) => readFileSync(new URL(name, buildspec), "utf8"));

/** The buildspec runs without `functions/`, so both sides name the classes. */
function classesOf(source: string): string[] {
  const named = [...source.matchAll(/\bclass: "([a-z-]+)"|\bfail ([a-z-]+) "/g)].map(
    ([, one, other]) => one ?? other ?? "",
  );
  const guest = /guestClasses = \[(.*?)\]/s.exec(source)?.[1]?.matchAll(/"([a-z-]+)"/g) ?? [];
  return [...named, ...[...guest].map(([, one]) => one ?? "")];
}

test("the service knows every class that a build may end with", () => {
  const classes = new Set(sources.flatMap(classesOf));
  expect(classes.size).toBeGreaterThan(10);
  expect([...classes].filter((one) => !FailureClass.safeParse(one).success)).toEqual([]);
});

test("every class that the service knows can occur, in a build or in CodeBuild itself", () => {
  const classes = [...sources.flatMap(classesOf), "timed-out", "fault"];
  expect(FailureClass.options.filter((one) => !classes.includes(one))).toEqual([]);
});
