import { createHash } from "node:crypto";
import type { Response } from "./behaviour.ts";

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

/** Of Windows before and after its updates. */
export const BASE_BUILD = "20348.2849";
export const BUILD = "20348.4405";

/** The proof ran; the image passed unless a check failed. */
export function proofFailing(failed: Check[], workDirectory = "C:/eks-windows-images-proof"): Partial<Response> {
  return proofOf({ WORK_DIRECTORY: workDirectory }, failed);
}

export function proofOf(settings: Record<string, string>, failed: Check[]): Partial<Response> {
  const passed = checksOf(settings).filter((check) => !failed.some(({ name }) => name === check.name));
  const checks = [
    ...passed.map((check) => ({ ...check, passed: true })),
    ...failed.map((check) => ({ ...check, passed: false })),
  ];
  const result = failed.length === 0 ? "passed" : "failed";
  const lines = checks.map((check) => `${check.passed ? "passed" : "failed"} ${check.name}: ${check.detail}`);
  const verdict = ["EKSWIN-PROOF", result, ...failed.map((check) => check.name)].join(" ");
  return {
    stdout: [...lines, verdict, ""].join("\r\n"),
    files: { [`${settings.WORK_DIRECTORY}/output/proof.json`]: JSON.stringify({ result, checks }) },
  };
}

/** As packer/proof/scripts/10-checks.ps1 makes them. */
function checksOf({ KUBERNETES_VERSION = "", CONTAINER_IMAGES = "[]" }: Record<string, string>): Check[] {
  const images: string[] = JSON.parse(CONTAINER_IMAGES);
  return [
    { name: "windows-set-up", detail: "" },
    { name: "launch-agent-finished", detail: "" },
    { name: "os-build", detail: BUILD },
    { name: "kubelet", detail: KUBERNETES_VERSION },
    { name: "kube-proxy", detail: KUBERNETES_VERSION },
    { name: "containerd-runs", detail: "" },
    ...images.map((reference) => ({ name: `container-image ${reference}`, detail: digestOf(reference) })),
    ...(images.length > 0 ? [{ name: "container-starts", detail: "Microsoft Windows [Version 10.0.20348.4405]" }] : []),
    { name: "imds-v1-refused", detail: "" },
    { name: "disk", detail: "61 % free" },
    { name: "nothing-left-over", detail: "" },
  ];
}

export function digestOf(reference: string): string {
  return `sha256:${createHash("sha256").update(reference).digest("hex")}`;
}
