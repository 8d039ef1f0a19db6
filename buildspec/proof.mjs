import { existsSync, readFileSync } from "node:fs";
import { argv } from "node:process";
import { pathToFileURL } from "node:url";
import { causeOf, classOfAwsError, guestFailure, timedOutStep } from "./classify.mjs";

/** An instance that EC2 called running gave no password or let nobody in: that is the image's doing. */
const silentMachine = /Timeout waiting for (password|WinRM)\./;

/**
 * What a boot proof has shown. It takes evidence to call an image bad: everything else says nothing about it.
 * @param {{ exitCode: number, output: string, report: string | undefined }} run Packer's, and the report it brought out of the guest
 * @returns {{ proof: "passed" | "failed" | "", class: string, cause: string }}
 */
export function judgeProof({ exitCode, output, report }) {
  const checks = report === undefined ? undefined : readReport(report);
  if (checks && (checks.result !== "passed" || checks.failed.length > 0)) {
    return {
      proof: "failed",
      class: "proof",
      cause: `failed checks: ${checks.failed.join("; ") || "not named"}`.slice(0, 500),
    };
  }
  if (checks && exitCode === 0) return { proof: "passed", class: "", cause: "" };
  const silence = silentMachine.exec(output)?.[0];
  if (!checks && silence)
    return { proof: "failed", class: "proof", cause: `the machine runs but cannot be reached: ${silence}` };
  const cause =
    exitCode === 0
      ? "the proof brought no report of its checks"
      : ((guestFailure(output) ?? timedOutStep(output))?.cause ?? causeOf(output));
  return { proof: "", class: classOfAwsError(output) ?? "unproved", cause };
}

/**
 * @param {string} text
 * @returns {{ result: string, failed: string[] } | undefined} nothing if no check ran, or if that cannot be told
 */
function readReport(text) {
  const { result, checks } = parse(text) ?? {};
  // PowerShell may write a list of one as its only element.
  const all = [checks ?? []].flat();
  if (all.length === 0) return undefined;
  const failed = all.filter(({ passed }) => passed !== true);
  return {
    result,
    failed: failed.map(({ name, detail }) => `${name}${detail ? ` (${detail})` : ""}`.replace(/\s+/g, " ")),
  };
}

function parse(text) {
  try {
    // Windows PowerShell writes UTF-8 with a byte order mark.
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch {
    return undefined;
  }
}

if (import.meta.url === pathToFileURL(argv[1] ?? "").href) {
  const [exitCode, log, report] = argv.slice(2);
  const verdict = judgeProof({
    exitCode: Number(exitCode),
    output: readFileSync(log, "utf8"),
    report: existsSync(report) ? readFileSync(report, "utf8") : undefined,
  });
  process.stdout.write(`${verdict.proof}\n${verdict.class}\n${verdict.cause}\n`);
}
