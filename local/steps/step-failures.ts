import { monthlyUpdate } from "../model/installation.ts";
import { type Check, proofOutput } from "./proof-output.ts";
import type { StepResponse } from "./step-response.ts";

/** How the recipe's scripts end when something fails. For rules: `behave({ step: "70-verify", ...stepFailing(…) })`. */
export function stepFailing(step: string, failureClass: string, cause: string): Partial<StepResponse> {
  return { exitCode: 1, stderr: `EKSWIN-FAILED ${failureClass} ${step}: ${cause}\r\n`, files: {} };
}

/**
 * The scheduled task that generalizes Windows gives up. No client is connected at that point, so the task reports on
 * the serial port, and the machine keeps running.
 */
export function sysprepFailing(cause: string): Partial<StepResponse> {
  return { stopsItself: false, console: [`EKSWIN-FAILED sysprep 90-sysprep: ${cause}`] };
}

/**
 * The boot proof runs and these checks fail, whatever the state of the machine. The proof passes if `failed` is empty.
 */
export function proofFailing(failed: Check[], workDirectory = "C:/eks-windows-images-proof"): Partial<StepResponse> {
  const passed = ["windows-set-up", "disk"].filter((name) => !failed.some((check) => name === check.name));
  const checks = [
    ...passed.map((name) => ({ name, detail: "", passed: true })),
    ...failed.map((check) => ({ ...check, passed: false })),
  ];
  return { exitCode: 0, stderr: "", ...proofOutput(checks, workDirectory) };
}

/** Windows Update reports success, but the Windows build stays the same. */
export function updatesWithoutEffect(): Partial<StepResponse> {
  return { changes: { updates: [monthlyUpdate.article] } };
}
