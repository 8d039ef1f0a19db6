import type { Ending } from "../winrm/rules.ts";

/** How the recipe's scripts end when something fails. For rules: `behave({ step: "70-verify", ...stepFailing(…) })`. */
export function stepFailing(step: string, failureClass: string, cause: string): Pick<Ending, "exitCode" | "stderr"> {
  return { exitCode: 1, stderr: `EKSWIN-FAILED ${failureClass} ${step}: ${cause}\r\n` };
}

/**
 * The scheduled task that generalizes Windows gives up. No client is connected at that point, so the task reports on
 * the serial port, and the machine keeps running.
 */
export function sysprepFailing(cause: string): Partial<Ending> {
  return { staysOn: true, console: [`EKSWIN-FAILED sysprep 90-sysprep: ${cause}`] };
}

/** A check of the boot proof, with what it found. */
export type Check = { name: string; detail: string };
type Checked = Check & { passed: boolean };

/** The boot proof runs and these checks fail. */
export function proofFailing(failed: Check[], workDirectory = "C:/eks-windows-images-proof"): Partial<Ending> {
  const passed = ["windows-set-up", "disk"].filter((name) => !failed.some((check) => name === check.name));
  const checks = [
    ...passed.map((name) => ({ name, passed: true, detail: "" })),
    ...failed.map(({ name, detail }) => ({ name, passed: false, detail })),
  ];
  const document = JSON.stringify({ result: "failed", checks });
  return {
    stdout: proofLines(checks)
      .map((line) => `${line}\r\n`)
      .join(""),
    files: { [`${workDirectory}/output/proof.json`]: document },
  };
}

/** What packer/proof/scripts/10-checks.ps1 prints after the checks have run. */
export function proofLines(checks: Checked[]): string[] {
  const failed = checks.filter(({ passed }) => !passed).map(({ name }) => name);
  return [
    ...checks.map(({ name, detail, passed }) => `${passed ? "passed" : "failed"} ${name}: ${detail}`),
    ["EKSWIN-PROOF", failed.length === 0 ? "passed" : "failed", ...failed].join(" "),
  ];
}
