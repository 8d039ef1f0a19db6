import pTimeout from "p-timeout";
import type { Check, Report } from "./check.ts";
import { commonFindings, lineOfError } from "./failed-checks.ts";
import { linesOf } from "./lines.ts";
import type { Site } from "./site.ts";

/** How long a check may take, in milliseconds. */
export const checkLimit = 30_000;

/**
 * Makes the first check, which everything else needs, and then the others side by side. Never throws: a check that fails
 * is a line.
 * @param ended told as each check ends
 */
export async function runChecks(
  checks: readonly Check[],
  site: Site,
  ended: (report: Report) => void = () => undefined,
  limit = checkLimit,
): Promise<Report[]> {
  const [first, ...others] = checks;
  if (!first) return [];
  const basis = await runCheck(first, site, limit);
  ended(basis);
  // What is no finding of the check's own says that AWS did not answer.
  const isUsable = basis.lines.every(({ finding }) => first.findings[finding] && !first.findings[finding].ends);
  if (!isUsable) return [basis, ...(others.length > 0 ? [unchecked] : [])];
  const rest = others.map(async (check) => {
    const report = await runCheck(check, site, limit);
    ended(report);
    return report;
  });
  return [basis, ...(await Promise.all(rest))];
}

async function runCheck(check: Check, site: Site, limit: number): Promise<Report> {
  try {
    if (site.isLocal && !check.onLocalStack) throw new Error("not emulated");
    return { check: check.name, lines: await pTimeout(check.run(site), { milliseconds: limit }) };
  } catch (error) {
    return { check: check.name, lines: [lineOfError(error as Error, site.isLocal)] };
  }
}

const unchecked: Report = {
  check: "everything else",
  lines: [linesOf(commonFindings)("unchecked", "not checked")],
};
