import { existsSync, readFileSync } from "node:fs";
import { argv } from "node:process";
import { pathToFileURL } from "node:url";
import { causeOf, classOfAwsError, guestFailure, timedOutStep } from "./classify.mjs";

/** An instance that runs according to EC2 but has no password or does not answer over WinRM: the image is the cause. */
const silentMachine = /Timeout waiting for (password|WinRM)\./;

/** The IMDS versions that EC2 tells of an image which does not demand IMDSv2. The AWS CLI prints `None` for none. */
const otherImds = /^(None|v1(\.\d+)?)$/;

/**
 * Returns the result of a boot proof. Only evidence makes an image bad; any other failure leaves it unproved.
 * @param {{ exitCode: number, output: string, report: string | undefined, imdsSupport: string }} run Packer's exit code
 * and output, the report from the guest, and the image's ImdsSupport in EC2
 * @returns {{ proof: "passed" | "failed" | "", class: string, cause: string }}
 */
export function judgeProof({ exitCode, output, report, imdsSupport }) {
  const checks = report === undefined ? undefined : readReport(report);
  if (checks && (checks.result !== "passed" || checks.failed.length > 0)) {
    return {
      proof: "failed",
      class: "proof",
      cause: `failed checks: ${checks.failed.join("; ") || "not named"}`.slice(0, 500),
    };
  }
  if (checks && exitCode === 0) {
    if (imdsSupport === "v2.0") return { proof: "passed", class: "", cause: "" };
    if (!otherImds.test(imdsSupport)) {
      const cause = `EC2 answered ${JSON.stringify(imdsSupport.slice(0, 100))} when asked for the image's ImdsSupport`;
      return { proof: "", class: "unproved", cause };
    }
    const cause = `the image does not demand IMDSv2: its ImdsSupport is ${imdsSupport}, expected v2.0`;
    return { proof: "failed", class: "proof", cause };
  }
  const silence = silentMachine.exec(output)?.[0];
  if (!checks && silence)
    return { proof: "failed", class: "proof", cause: `the machine runs but cannot be reached: ${silence}` };
  const cause =
    exitCode === 0
      ? "the proof produced no report of its checks"
      : ((guestFailure(output) ?? timedOutStep(output))?.cause ?? causeOf(output));
  return { proof: "", class: classOfAwsError(output) ?? "unproved", cause };
}

/**
 * @param {string} text
 * @returns {{ result: string, failed: string[] } | undefined} nothing if no check ran or the report cannot be read
 */
function readReport(text) {
  const { result, checks } = parse(text) ?? {};
  // PowerShell may write a list with one element as that element.
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
  const [exitCode, log, report, imdsSupport] = argv.slice(2);
  const verdict = judgeProof({
    exitCode: Number(exitCode),
    output: readFileSync(log, "utf8"),
    report: existsSync(report) ? readFileSync(report, "utf8") : undefined,
    imdsSupport,
  });
  process.stdout.write(`${verdict.proof}\n${verdict.class}\n${verdict.cause}\n`);
}
