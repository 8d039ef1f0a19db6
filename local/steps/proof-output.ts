import type { StepResponse } from "./step-response.ts";

/** A check of the boot proof, with what it found. */
export type Check = { name: string; detail: string };
export type Checked = Check & { passed: boolean };

/** What packer/proof/scripts/10-checks.ps1 prints and writes after the checks have run. */
export function proofOutput(checks: Checked[], workDirectory: string): Partial<StepResponse> {
  const failed = checks.filter(({ passed }) => !passed).map(({ name }) => name);
  const result = failed.length === 0 ? "passed" : "failed";
  const lines = checks.map(({ name, detail, passed }) => `${passed ? "passed" : "failed"} ${name}: ${detail}`);
  return {
    stdout: [...lines, ["EKSWIN-PROOF", result, ...failed].join(" "), ""].join("\r\n"),
    files: { [`${workDirectory}/output/proof.json`]: JSON.stringify({ result, checks }) },
  };
}
