import { describe, expect, test } from "vitest";
import { classify } from "../../buildspec/classify.mjs";

/** A build as Packer reports it when it ends badly. */
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

/** A build as Packer reports it when it got a TERM. */
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
  test.each([
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
    [
      "unknown",
      `${launching} 403, RequestID: 4f1c, api error UnauthorizedOperation: You are not authorized to perform this operation.`,
    ],
  ])("is of class %s: %s", (expected, error) => {
    const failure = classify("build", failedBuild(error));

    expect(failure).toEqual({ class: expected, cause: error });
  });

  test.each(["20-windows-updates", "60-custom"])(
    "names the restart that the machine did not come back from: after %s",
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

  test("believes the script that failed inside the guest", () => {
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

  test("believes the guest's last word", () => {
    const output = failedBuild(
      scriptFailed,
      "EKSWIN-FAILED download 50-container-images: first try",
      "EKSWIN-FAILED updates 25-updates-complete: KB5066782 is still applicable",
    );

    const failure = classify("build", output);

    expect(failure.class).toBe("updates");
  });

  test("takes a class that nobody knows for a failed script", () => {
    const output = failedBuild(scriptFailed, "EKSWIN-FAILED gremlins 60-custom: they were here");

    const failure = classify("build", output);

    expect(failure).toEqual({ class: "provision", cause: "60-custom: they were here" });
  });

  test("is sysprep's when the serial console says so and Packer was therefore ended", () => {
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
  ])("is of class %s when the time for %s runs out", (expected, step) => {
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

  test("is of class connection when the time for a file runs out", () => {
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

  test("is of the step that ran out of time, not of the one that ran when Packer was ended for it", () => {
    const output = cancelledBuild(
      "Provisioning with powershell script: packer/scripts/20-windows-updates.ps1",
      "Cancelling provisioner after a timeout...",
      "Provisioning with powershell script: packer/scripts/70-verify.ps1",
    );

    const failure = classify("build", output);

    expect(failure.class).toBe("updates");
  });

  test("is of no known class when somebody stopped it", () => {
    const output = cancelledBuild("Error waiting for WinRM: WinRM wait cancelled");

    const failure = classify("build", output);

    expect(failure).toEqual({ class: "unknown", cause: "Packer was stopped" });
  });

  test("is not blamed on what went wrong earlier and was tried again", () => {
    const output = failedBuild(scriptFailed, "Error: RequestLimitExceeded, trying again");

    const failure = classify("build", output);

    expect(failure.class).toBe("provision");
  });

  test("has a cause of one line that fits into 500 characters, whatever was written", () => {
    const output = failedBuild(`\u0007\t${"x".repeat(2000)}`);

    const failure = classify("build", output);

    expect(failure.cause).toBe("x".repeat(500));
  });

  test("says that Packer said nothing when it said nothing", () => {
    const failure = classify("build", "");

    expect(failure).toEqual({ class: "unknown", cause: "Packer printed nothing" });
  });
});

describe("a template that cannot be prepared", () => {
  test.each([
    ["template", "validate", "Error: Unsupported argument\n\n  on packer/sources.pkr.hcl line 3:\n"],
    ["template", "init", "Error: Missing required plugins block\n"],
    [
      "download",
      "init",
      'Failed getting the "github.com/hashicorp/amazon" plugin:\nGet "https://releases.hashicorp.com/packer-plugin-amazon/1.8.2/": dial tcp: lookup releases.hashicorp.com: no such host\n',
    ],
    [
      "checksum",
      "init",
      'Failed getting the "github.com/hashicorp/amazon" plugin:\nChecksums (*sha256.digest) did not match.\n',
    ],
  ] as const)("is of class %s when %s says: %s", (expected, stage, output) => {
    const failure = classify(stage, output);

    expect(failure.class).toBe(expected);
    expect(failure.cause).not.toBe("");
  });
});
