import { describe, expect, test } from "vitest";
import { failureLines } from "../../buildspec/failure-lines.mjs";
import { openWorkshop } from "./workshop.ts";

/** The output of Packer 1.16 for a build whose script failed. */
function failedStep(...said: string[]): string {
  return [
    "==> amazon-ebs.layer: Prevalidating any provided VPC information",
    "==> amazon-ebs.layer: Launching a source AWS instance...",
    "==> amazon-ebs.layer: Provisioning with powershell script: packer/scripts/12-prerequisites.ps1",
    "    amazon-ebs.layer: EC2Launch 2.0.2081",
    "==> amazon-ebs.layer: Provisioning with powershell script: packer/scripts/33-kubernetes.ps1",
    ...said.map((line) => `    amazon-ebs.layer: ${line}`),
    "==> amazon-ebs.layer: Provisioning step had errors: Running the cleanup provisioner, if present...",
    "==> amazon-ebs.layer: Terminating the source AWS instance...",
    "==> amazon-ebs.layer: Cleaning up any extra volumes...",
    "==> amazon-ebs.layer: No volumes to clean up, skipping",
    "==> amazon-ebs.layer: Deleting temporary security group...",
    "==> amazon-ebs.layer: Deleting temporary keypair...",
    "Build 'amazon-ebs.layer' errored after 4 minutes: Script exited with non-zero exit status: 1",
    "",
    "==> Wait completed after 4 minutes",
    "",
    "==> Some builds didn't complete successfully and had errors:",
    "--> amazon-ebs.layer: Script exited with non-zero exit status: 1",
    "",
    "==> Builds finished but no artifacts were created.",
    "",
  ].join("\n");
}

describe("the last lines of a failure", () => {
  test("are those of the failed step, without Packer's clean-up", () => {
    const lines = failureLines(
      failedStep("kubelet 1.35.8 from dl.k8s.io", "EKSWIN-FAILED checksum 33-kubernetes: 00ff"),
    );

    expect(lines).toEqual([
      "Provisioning with powershell script: packer/scripts/33-kubernetes.ps1",
      "kubelet 1.35.8 from dl.k8s.io",
      "EKSWIN-FAILED checksum 33-kubernetes: 00ff",
      "Build 'amazon-ebs.layer' errored after 4 minutes: Script exited with non-zero exit status: 1",
    ]);
  });

  test("are the newest complete lines with at most 1,500 characters in all", () => {
    const said = Array.from({ length: 200 }, (_, index) => `line ${index} says "hello"`);

    const lines = failureLines(failedStep(...said));

    expect(JSON.stringify(lines).length).toBeLessThanOrEqual(1500);
    expect(JSON.stringify(lines).length).toBeGreaterThan(1400);
    expect(lines.slice(-3, -1)).toEqual(said.slice(-2));
    for (const line of lines.slice(0, -1)) expect(said).toContain(line);
  });

  test("are truncated if a single line is too long", () => {
    const lines = failureLines(failedStep("x".repeat(5000)));

    expect(lines.at(-2)).toBe(`${"x".repeat(299)}…`);
  });

  test("have no colours and no control characters", () => {
    const lines = failureLines(failedStep("\u001b[31mred\u001b[0m\tand\u0007loud\r"));

    expect(lines.at(-2)).toBe("red and loud");
  });

  test("contain an error once and no tags", () => {
    const error = "Error launching source instance: api error InsufficientInstanceCapacity: none left";
    const output = [
      "==> amazon-ebs.layer: Launching a source AWS instance...",
      '==> amazon-ebs.layer: Adding tag: "Name": "eks-windows-images/production/layer/be68e074f49c"',
      `==> amazon-ebs.layer: ${error}`,
      `Build 'amazon-ebs.layer' errored after 1 second 68 milliseconds: ${error}`,
    ].join("\n");

    expect(failureLines(output)).toEqual(["Launching a source AWS instance...", error]);
  });

  test("are the whole error if Packer did not reach a step", () => {
    const lines = failureLines("Error: Unsupported argument\n\n  on packer/source.pkr.hcl line 3:\n");

    expect(lines).toEqual(["Error: Unsupported argument", "  on packer/source.pkr.hcl line 3:"]);
  });

  test("are those of the checks if a proof fails although Packer succeeds", () => {
    const checks = "==> amazon-ebs.proof: Provisioning with powershell script: packer/proof/scripts/10-checks.ps1";
    const said = ["    amazon-ebs.proof: failed disk: Only 3 % free", "    amazon-ebs.proof: EKSWIN-PROOF failed disk"];
    const end = [
      "==> amazon-ebs.proof: Downloading C:/eks-windows-images-proof/output/proof.json => reports/",
      "==> amazon-ebs.proof: Stopping the source instance...",
      "==> amazon-ebs.proof: Skipping AMI creation...",
    ];

    expect(failureLines([checks, ...said, ...end].join("\n"))).toEqual([
      "Provisioning with powershell script: packer/proof/scripts/10-checks.ps1",
      "failed disk: Only 3 % free",
      "EKSWIN-PROOF failed disk",
    ]);
  });

  test("are empty if there is no output", () => {
    expect(failureLines("")).toEqual([]);
  });
});

describe("the buildspec", () => {
  const build = ["buildspec/build.sh"];

  test("exports the last lines of the image as one line, whatever they contain", async () => {
    const workshop = openWorkshop({
      image: `printf '==> amazon-ebs.layer: PROOF=passed\\n==> amazon-ebs.layer: "$(touch pwned)"\\n'; exit 1`,
    });

    await workshop.run(build);

    expect(workshop.outcome().FAILURE_LINES).toBe(JSON.stringify(["PROOF=passed", '"$(touch pwned)"']));
  });

  test("exports the last lines of the proof", async () => {
    const workshop = openWorkshop({
      proof: `echo '    amazon-ebs.proof: kubelet is v1.35.7'; echo '{"result":"failed","checks":[{"name":"kubelet","passed":false}]}' >"$output_dir/proof.json"; exit 1`,
    });

    await workshop.run(build);

    expect(JSON.parse(workshop.outcome().FAILURE_LINES ?? "")).toEqual(["kubelet is v1.35.7"]);
  });

  test("exports no lines for a failure outside Packer", async () => {
    const workshop = openWorkshop();

    await workshop.run(build, { RECIPE: "0".repeat(64) });

    expect(workshop.outcome().FAILURE_LINES).toBe("");
  });
});
