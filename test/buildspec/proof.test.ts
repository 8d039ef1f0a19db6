import { expect, test } from "vitest";
import { judgeProof as judge } from "../../buildspec/proof.mjs";

/** Judges the proof of an image that demands IMDSv2. */
function judgeProof(run: { exitCode: number; output: string; report: string | undefined }) {
  return judge({ ...run, imdsSupport: "v2.0" });
}

const passed = JSON.stringify({
  result: "passed",
  checks: [
    { name: "kubelet", passed: true, detail: "v1.35.8" },
    { name: "disk", passed: true, detail: "" },
  ],
});

test("an image is proved if all checks pass", () => {
  const verdict = judgeProof({ exitCode: 0, output: "", report: passed });

  expect(verdict).toEqual({ proof: "passed", class: "", cause: "" });
});

test.each(["None", "v1.0"])("an image is bad if its ImdsSupport is %j, although its checks pass", (imdsSupport) => {
  const verdict = judge({ exitCode: 0, output: "", report: passed, imdsSupport });

  expect(verdict).toEqual({
    proof: "failed",
    class: "proof",
    cause: `the image does not demand IMDSv2: its ImdsSupport is ${imdsSupport}, expected v2.0`,
  });
});

test.each(["", "null", "v2.0 and more", "NotRequiredWarning: x\nv1.0"])(
  "an image stays unproved if EC2 answers %j instead of its ImdsSupport",
  (imdsSupport) => {
    const verdict = judge({ exitCode: 0, output: "", report: passed, imdsSupport });

    expect(verdict).toEqual({
      proof: "",
      class: "unproved",
      cause: `EC2 answered ${JSON.stringify(imdsSupport)} when asked for the image's ImdsSupport`,
    });
  },
);

test("a report in the format of Windows PowerShell is read", () => {
  const report = `\uFEFF${JSON.stringify({ result: "passed", checks: { name: "kubelet", passed: true } })}\r\n`;

  const verdict = judgeProof({ exitCode: 0, output: "", report });

  expect(verdict.proof).toBe("passed");
});

test("a check that only warns does not make an image bad", () => {
  const warned = { name: "no-hns-networks", passed: true, detail: "", warning: "The image has networks of HNS: nat." };

  const verdict = judgeProof({
    exitCode: 0,
    output: "",
    report: JSON.stringify({ result: "passed", checks: [warned] }),
  });

  expect(verdict).toEqual({ proof: "passed", class: "", cause: "" });
});

test("a failed check makes an image bad and is named in the cause", () => {
  const report = JSON.stringify({
    result: "failed",
    checks: [
      { name: "disk", passed: true },
      { name: "kubelet", passed: false, detail: "v1.35.7, not\nv1.35.8" },
    ],
  });

  const verdict = judgeProof({ exitCode: 0, output: "", report });

  expect(verdict).toEqual({ proof: "failed", class: "proof", cause: "failed checks: kubelet (v1.35.7, not v1.35.8)" });
});

test("a result of passed does not count if a check failed", () => {
  const report = JSON.stringify({ result: "passed", checks: [{ name: "disk", passed: false }] });

  const verdict = judgeProof({ exitCode: 0, output: "", report });

  expect(verdict.proof).toBe("failed");
});

test.each(["Timeout waiting for WinRM.", "Timeout waiting for password."])(
  "an image is bad if its machine runs but cannot be reached: %s",
  (error) => {
    const verdict = judgeProof({ exitCode: 1, output: `--> amazon-ebs.proof: ${error}\n`, report: undefined });

    expect(verdict).toEqual({
      proof: "failed",
      class: "proof",
      cause: `the machine runs but cannot be reached: ${error}`,
    });
  },
);

test.each([
  ["capacity", "api error InsufficientInstanceCapacity: none left"],
  ["throttling", "api error RequestLimitExceeded: Request limit exceeded."],
  ["refused", "operation error EC2: RunInstances, api error UnauthorizedOperation: You are not authorized."],
  ["unproved", "Script exited with non-zero exit status: 16001. Allowed exit codes are: [0]"],
  ["unproved", "Error waiting for WinRM: WinRM wait cancelled"],
])("no verdict, but class %s: %s", (expected, error) => {
  const verdict = judgeProof({ exitCode: 1, output: `--> amazon-ebs.proof: ${error}\n`, report: undefined });

  expect(verdict).toEqual({ proof: "", class: expected, cause: error });
});

test("what the checks print about a denied call does not make their proof a refused one", () => {
  const output = [
    "==> amazon-ebs.proof: An error occurred (AccessDenied) when calling the GetObject operation: Access Denied",
    "==> amazon-ebs.proof: pull error: operation error ECR: GetAuthorizationToken, api error AccessDenied: no",
    "--> amazon-ebs.proof: Script exited with non-zero exit status: 1. Allowed exit codes are: [0]",
  ].join("\n");

  const verdict = judgeProof({ exitCode: 1, output, report: undefined });

  expect(verdict).toMatchObject({ proof: "", class: "unproved" });
});

test("checks that time out leave an image unproved", () => {
  const output = [
    "==> amazon-ebs.proof: Provisioning with powershell script: packer/proof/scripts/10-checks.ps1",
    "==> amazon-ebs.proof: Cancelling provisioner after a timeout...",
    "Cancelling build after receiving terminated",
  ].join("\n");

  const verdict = judgeProof({ exitCode: 1, output, report: undefined });

  expect(verdict).toEqual({ proof: "", class: "unproved", cause: "10-checks: not finished within its time limit" });
});

test("passed checks do not prove an image if Packer fails afterwards", () => {
  const output = "--> amazon-ebs.proof: Error stopping instance: api error InternalError\n";

  const verdict = judgeProof({ exitCode: 1, output, report: passed });

  expect(verdict).toMatchObject({ proof: "", class: "unproved" });
});

test.each([
  ["none came", undefined],
  ["it is empty", ""],
  ["it lists no check", JSON.stringify({ result: "passed", checks: [] })],
])("a report proves nothing if %s", (_, report) => {
  const verdict = judgeProof({ exitCode: 0, output: "", report });

  expect(verdict).toEqual({ proof: "", class: "unproved", cause: "the proof produced no report of its checks" });
});
