import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { checks } from "../../../cli/doctor/checks.ts";
import { commonFindings } from "../../../cli/doctor/failed-checks.ts";
import type { Findings } from "../../../cli/doctor/lines.ts";
import { allWell } from "./imaginary-account.ts";

const document = readFileSync("docs/doctor.md", "utf8");

/** The table that follows a heading. */
function tableBelow(heading: string): string[] {
  const [, section = ""] = document.split(`\n## ${heading}\n`);
  const [own = ""] = section.split("\n## ");
  return own.split("\n").filter((line) => line.startsWith("| `"));
}

function rowsOf(findings: Findings): string[] {
  return Object.entries(findings).map(
    ([name, { mark, means, remedy }]) => `| \`${name}\` | ${mark} | ${means} | ${remedy ?? "–"} |`,
  );
}

describe("docs/doctor.md", () => {
  test.each(checks.map((check) => [check.name, check] as const))(
    "has every line of %s",
    (name, { about, findings }) => {
      expect(tableBelow(name)).toEqual(rowsOf(findings));
      expect(document).toContain(`## ${name}\n\n${about}.\n`);
    },
  );

  test("has every line of any check", () => {
    expect(tableBelow("any check")).toEqual(rowsOf(commonFindings));
  });

  test("has no heading of a check that does not exist", () => {
    const headings = [...document.matchAll(/^## (.+)$/gm)].map(([, heading = ""]) => heading);
    const known = [...checks.map(({ name }) => name), "any check"];
    expect(headings.filter((heading) => /^[a-z]/.test(heading)).toSorted()).toEqual(known.toSorted());
  });

  test("names every action that doctor calls", () => {
    const [, list = ""] = /<!-- actions -->\n+([\s\S]*?)\n\n/.exec(document) ?? [];
    const named = [...list.matchAll(/`([^`]+)`/g)].map(([, action]) => action);
    expect(named).toEqual(Object.keys(allWell).toSorted());
  });
});

test("no finding has the name of another check's, and whatever is not ✓ says what to do", () => {
  const all = [...checks.flatMap(({ findings }) => Object.entries(findings)), ...Object.entries(commonFindings)];
  const names = all.map(([name]) => name);
  expect(names.filter((name, index) => names.indexOf(name) < index)).toEqual([]);
  expect(all.filter(([, { mark, remedy }]) => (mark === "✓") === (remedy !== undefined))).toEqual([]);
});
