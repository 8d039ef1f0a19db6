import { describe, expect, test } from "vitest";
import { classify } from "../../buildspec/classify.mjs";

/** Packer's output of a failed build. */
function failedBuild(error: string, ...before: string[]): string {
  return [
    "amazon-ebs.windows: output will be in this color.",
    "",
    ...before.map((line) => `==> amazon-ebs.windows: ${line}`),
    "==> amazon-ebs.windows: Terminating the source AWS instance...",
    "==> amazon-ebs.windows: Deleting temporary security group...",
    `Build 'amazon-ebs.windows' errored after 4 minutes 2 seconds: ${error}`,
    "",
    "==> Wait completed after 4 minutes 2 seconds",
    "",
    "==> Some builds didn't complete successfully and had errors:",
    `--> amazon-ebs.windows: ${error}`,
    "",
    "==> Builds finished but no artifacts were created.",
    "",
  ].join("\n");
}

/** Packer's output of a build that received a TERM. */
function cancelledBuild(...before: string[]): string {
  return [
    ...before.map((line) => `==> amazon-ebs.windows: ${line}`),
    "Cancelling build after receiving terminated",
    "==> amazon-ebs.windows: Terminating the source AWS instance...",
    "Build 'amazon-ebs.windows' finished after 11 seconds 239 milliseconds.",
    "",
    "==> Wait completed after 11 seconds 239 milliseconds",
    "Cleanly cancelled builds after being interrupted.",
    "",
  ].join("\n");
}

const launching =
  "Error launching source instance: operation error EC2: RunInstances, https response error StatusCode:";
const scriptFailed = "Script exited with non-zero exit status: 1. Allowed exit codes are: [0]";

describe("a failed build", () => {
  test.each(
    [
      [
        "capacity",
        `${launching} 500, RequestID: 4f1c, api error InsufficientInstanceCapacity: We currently do not have sufficient m7i.xlarge capacity in the Availability Zone you requested (us-east-1b).`,
      ],
      [
        "capacity",
        `${launching} 400, RequestID: 4f1c, api error VcpuLimitExceeded: You have requested more vCPU capacity than your current vCPU limit of 32 allows`,
      ],
      [
        "throttling",
        "Error waiting for instance to stop: operation error EC2: DescribeInstances, exceeded maximum number of attempts, 3, https response error StatusCode: 503, RequestID: 4f1c, api error RequestLimitExceeded: Request limit exceeded.",
      ],
      [
        "throttling",
        "operation error STS: GetCallerIdentity, https response error StatusCode: 400, api error Throttling: Rate exceeded",
      ],
      ["connection", "Timeout waiting for WinRM."],
      ["connection", "Timeout waiting for password."],
      ["connection", "Timeout waiting for machine to restart."],
      ["connection", "Script exited with non-zero exit status: 16001. Allowed exit codes are: [0]"],
      [
        "connection",
        'Error creating temporary script: unknown error Post "https://10.0.1.4:5986/wsman": dial tcp 10.0.1.4:5986: i/o timeout',
      ],
      [
        "unknown",
        "Error creating AMI: operation error EC2: CreateImage, https response error StatusCode: 500, RequestID: 4f1c, api error InternalError: An internal error has occurred",
      ],
      [
        "throttling",
        "Error creating AMI: operation error EC2: CreateImage, exceeded maximum number of attempts, 3, https response error StatusCode: 503, RequestID: 4f1c, api error RequestLimitExceeded: Request limit exceeded.",
      ],
      [
        "capacity",
        "Error creating AMI: operation error EC2: CreateImage, https response error StatusCode: 400, RequestID: 4f1c, api error SnapshotLimitExceeded: The maximum number of snapshots is reached",
      ],
      ["unknown", "Error waiting for AMI: unexpected state 'failed', wanted target 'available'"],
      ["sysprep", "Error waiting for instance to stop: exceeded max wait time for InstanceStopped waiter"],
      ["provision", scriptFailed],
      ...[
        "UnauthorizedOperation: You are not authorized to perform this operation.",
        "AuthFailure: Not authorized for images: [ami-0a1b2c3d4e5f60718]",
        "Blocked: This account is currently blocked and not recognized as a valid account.",
        "OptInRequired: You are not authorized to use the requested service.",
        "Unsupported: Your requested instance type (m7i.xlarge) is not supported in your requested Availability Zone (us-east-1e).",
        "UnsupportedOperation: The instance configuration for this AWS Marketplace product is not supported.",
        "VPCIdNotSpecified: No default VPC for this user",
        "DefaultVpcDoesNotExist: No default VPC exists for this account in this region.",
        "InvalidSubnetID.NotFound: The subnet ID 'subnet-0123456789abcdef0' does not exist",
        "InvalidSubnetId.NotFound: The subnet ID 'subnet-0123456789abcdef0' does not exist",
        "InvalidSubnet: The subnet ID 'subnet-0123456789abcdef0' is not valid",
        "InvalidParameterValue: Invalid value 'm99.xlarge' for InstanceType.",
        "InvalidParameterCombination: The parameter AssociatePublicIpAddress may not be used with it.",
      ].map((message) => ["refused", `${launching} 403, RequestID: 4f1c, api error ${message}`]),
      [
        "refused",
        "Couldn't find specified instance profile: operation error IAM: GetInstanceProfile, https response error StatusCode: 403, RequestID: 4f1c, api error AccessDenied: User: build is not authorized to perform: iam:GetInstanceProfile",
      ],
      ["refused", "Error launching source instance: a valid Subnet Id was not specified"],
      ...["InvalidKeyPair.NotFound", "InvalidGroup.NotFound", "PendingVerification"].map((code) => [
        "unknown",
        `${launching} 400, RequestID: 4f1c, api error ${code}: not yet`,
      ]),
    ].map(([expected = "", error = ""]) => ({
      expected,
      error,
      sign: /api error \w+/.exec(error)?.[0] ?? error.slice(0, 80),
    })),
  )("has class $expected: $sign", ({ expected, error }) => {
    const failure = classify("build", failedBuild(error));

    expect(failure).toEqual({ class: expected, cause: error });
  });

  test.each([
    ["refused", "Client.InternalError: Client error on launch"],
    ["refused", "Client.InvalidKMSKey.InvalidState: The KMS key provided is in an incorrect state"],
    ["capacity", "Server.InsufficientInstanceCapacity: Insufficient capacity to satisfy instance request"],
  ])("has class %s if EC2 ends its instance at once: %s", (expected, reason) => {
    const error = "Error waiting for instance (i-0a1b2c3d) to become ready: waiter state transitioned to Failure";

    const failure = classify("build", failedBuild(error, error, `Instance state change details: : ${reason}`));

    expect(failure).toEqual({ class: expected, cause: error });
  });

  test.each([
    "Error: Unsupported: the operation is not supported on this version of Windows",
    "Error: Blocked: a group policy forbids this script",
    "An error occurred (AccessDenied) when calling the GetObject operation: Access Denied",
    "pull error: operation error ECR: GetAuthorizationToken, https response error StatusCode: 400, api error AccessDenied: no",
    "Unable to retrieve: operation error SSM: GetParameter, api error UnauthorizedOperation: no",
    "error: the words api error Blocked: in a script's own output",
  ])("is not refused because of what the guest printed: %s", (printed) => {
    const failure = classify("build", failedBuild("Error waiting for AMI: unexpected state 'failed'", printed));

    expect(failure.class).toBe("unknown");
  });

  test.each(["20-windows-updates", "60-custom"])(
    "names the restart after which the machine did not answer: after %s",
    (step) => {
      const output = failedBuild(
        "Timeout waiting for machine to restart.",
        "Provisioning with powershell script: packer/scripts/10-files.ps1",
        `Provisioning with powershell script: packer/scripts/${step}.ps1`,
        "Restarting Machine",
        "Waiting for machine to restart...",
      );

      const failure = classify("build", output);

      expect(failure).toEqual({
        class: "connection",
        cause: `restart after ${step}: Timeout waiting for machine to restart.`,
      });
    },
  );

  test("has the class of the script that failed inside the guest", () => {
    const output = failedBuild(
      scriptFailed,
      "Provisioning with powershell script: packer/scripts/33-kubernetes.ps1",
      "EKSWIN-FAILED checksum 33-kubernetes: kubelet.exe has SHA-256 00ff, its publisher says 11ee",
    );

    const failure = classify("build", output);

    expect(failure).toEqual({
      class: "checksum",
      cause: "33-kubernetes: kubelet.exe has SHA-256 00ff, its publisher says 11ee",
    });
  });

  test("has the class that the guest reported last", () => {
    const output = failedBuild(
      scriptFailed,
      "EKSWIN-FAILED download 50-container-images: first try",
      "EKSWIN-FAILED updates 25-updates-complete: KB5066782 is still applicable",
    );

    const failure = classify("build", output);

    expect(failure.class).toBe("updates");
  });

  test("has class provision if the guest reports an unknown class", () => {
    const output = failedBuild(scriptFailed, "EKSWIN-FAILED gremlins 60-custom: they were here");

    const failure = classify("build", output);

    expect(failure).toEqual({ class: "provision", cause: "60-custom: they were here" });
  });

  test("has class sysprep if the serial console reports it and Packer is therefore stopped", () => {
    const output = cancelledBuild(
      "Waiting for the instance to stop...",
      "EKSWIN-FAILED sysprep 90-sysprep: ImageState is IMAGE_STATE_UNDEPLOYABLE\r",
    );

    const failure = classify("build", output);

    expect(failure).toEqual({ class: "sysprep", cause: "90-sysprep: ImageState is IMAGE_STATE_UNDEPLOYABLE" });
  });

  test.each([
    ["connection", "10-files"],
    ["updates", "20-windows-updates"],
    ["provision", "15-containers-feature"],
    ["provision", "12-prerequisites"],
    ["download", "30-aws-cli"],
    ["download", "31-harvested-files"],
    ["download", "32-containerd-install"],
    ["download", "33-kubernetes"],
    ["download", "34-eks-tools"],
    ["provision", "40-containerd"],
    ["download", "50-container-images"],
    ["provision", "60-custom"],
    ["test", "70-verify"],
    ["sysprep", "85-appx"],
    ["connection", "10-harvest"],
  ])("has class %s if %s exceeds its time limit", (expected, step) => {
    const output = failedBuild(
      "context deadline exceeded",
      "Provisioning with powershell script: packer/scripts/10-files.ps1",
      "Setting a 2h0m0s timeout for the next provisioner...",
      `Provisioning with powershell script: packer/scripts/${step}.ps1`,
      "Cancelling provisioner after a timeout...",
    );

    const failure = classify("build", output);

    expect(failure).toEqual({ class: expected, cause: `${step}: not finished within its time limit` });
  });

  test("has class connection if a file transfer exceeds its time limit", () => {
    const output = cancelledBuild(
      "Provisioning with powershell script: packer/scripts/80-report.ps1",
      "Downloading C:/eks-windows-images/output/report.json => /build/reports/report.json",
      "Cancelling provisioner after a timeout...",
    );

    const failure = classify("build", output);

    expect(failure).toEqual({
      class: "connection",
      cause: "Downloading C:/eks-windows-images/output/report.json: not finished within its time limit",
    });
  });

  test("has the class of the step that timed out, not of the one that was running when Packer was stopped", () => {
    const output = cancelledBuild(
      "Provisioning with powershell script: packer/scripts/20-windows-updates.ps1",
      "Cancelling provisioner after a timeout...",
      "Provisioning with powershell script: packer/scripts/70-verify.ps1",
    );

    const failure = classify("build", output);

    expect(failure.class).toBe("updates");
  });

  test("has class unknown if it was stopped", () => {
    const output = cancelledBuild("Error waiting for WinRM: WinRM wait cancelled");

    const failure = classify("build", output);

    expect(failure).toEqual({ class: "unknown", cause: "Packer was stopped" });
  });

  test("ignores an earlier error that was retried", () => {
    const output = failedBuild(scriptFailed, "Error: RequestLimitExceeded, trying again");

    const failure = classify("build", output);

    expect(failure.class).toBe("provision");
  });

  test("has a cause of one line with at most 500 characters", () => {
    const output = failedBuild(`\u0007\t${"x".repeat(2000)}`);

    const failure = classify("build", output);

    expect(failure.cause).toBe("x".repeat(500));
  });

  test("says that Packer printed nothing if there is no output", () => {
    const failure = classify("build", "");

    expect(failure).toEqual({ class: "unknown", cause: "Packer printed nothing" });
  });
});

test("a template that Packer refuses has class template", () => {
  const failure = classify("validate", "Error: Unsupported argument\n\n  on packer/sources.pkr.hcl line 3:\n");

  expect(failure).toEqual({ class: "template", cause: "Error: Unsupported argument" });
});
