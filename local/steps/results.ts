import type { Response } from "../model/behaviour.ts";
import { UPDATE } from "../model/installation.ts";

/** What our scripts leave behind when something goes wrong, for rules: `behave({ step: "70-verify", ...stepFailing(…) })`. */
export function stepFailing(step: string, failureClass: string, cause: string): Partial<Response> {
  return { exitCode: 1, stderr: `EKSWIN-FAILED ${failureClass} ${step}: ${cause}\r\n`, files: {} };
}

/** The task that generalizes gives up: nobody is connected any more, so it says so on the serial port, and the machine keeps running. */
export function sysprepFailing(cause: string): Partial<Response> {
  return { stopsItself: false, console: [`EKSWIN-FAILED sysprep 90-sysprep: ${cause}`] };
}

/** A check of the proof, with what it found. */
export type Check = { name: string; detail: string };
export type Checked = Check & { passed: boolean };

/** The proof ran, whatever the machine is like, and these checks failed; the image passed if there are none. */
export function proofFailing(failed: Check[], workDirectory = "C:/eks-windows-images-proof"): Partial<Response> {
  const passed = ["windows-set-up", "disk"].filter((name) => !failed.some((check) => name === check.name));
  const checks = [
    ...passed.map((name) => ({ name, detail: "", passed: true })),
    ...failed.map((check) => ({ ...check, passed: false })),
  ];
  return { exitCode: 0, stderr: "", ...proofOf(checks, workDirectory) };
}

/** Windows Update says that all is well, and Windows is what it was. */
export function updatesWithoutEffect(): Partial<Response> {
  return { changes: { updates: [UPDATE.article] } };
}

/** What packer/proof/scripts/10-checks.ps1 says and writes once the checks have run. */
export function proofOf(checks: Checked[], workDirectory: string): Partial<Response> {
  const failed = checks.filter(({ passed }) => !passed).map(({ name }) => name);
  const result = failed.length === 0 ? "passed" : "failed";
  const lines = checks.map(({ name, detail, passed }) => `${passed ? "passed" : "failed"} ${name}: ${detail}`);
  return {
    stdout: [...lines, ["EKSWIN-PROOF", result, ...failed].join(" "), ""].join("\r\n"),
    files: { [`${workDirectory}/output/proof.json`]: JSON.stringify({ result, checks }) },
  };
}
