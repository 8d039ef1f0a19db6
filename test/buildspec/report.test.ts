import { describe, expect, test } from "vitest";
import { parseReport, summaryTags } from "../../buildspec/report.mjs";
import { openWorkshop, report } from "./workshop.ts";

const image = "ami-0a1b2c3d4e5f60718";
const build = ["buildspec/build.sh"];

describe("an image's reports", () => {
  test("are uploaded and summarized before the proof, and each record is written before what it confirms", async () => {
    const workshop = openWorkshop();

    await workshop.run(build);

    const { RUN_DIR, BUCKET, TOKEN, IDENTITY } = workshop.variables;
    const put = (name: string) =>
      `s3api put-object --bucket ${BUCKET} --key reports/${image}/${name} --body ${RUN_DIR}/reports/${name} --content-type application/json`;
    const summary = [
      { Key: "eks-windows-images:os-build", Value: "20348.4052" },
      { Key: "eks-windows-images:kubelet", Value: "1.35.8" },
      { Key: "eks-windows-images:containerd", Value: "1.7.27" },
    ];
    const record = (result: string) =>
      `s3api put-object --bucket ${BUCKET} --key records/proofs/${image}/${result}-${TOKEN}-${IDENTITY}`;
    expect(workshop.awsCalls()).toEqual([
      record("made"),
      put("report.json"),
      put("tests.json"),
      `ec2 create-tags --resources ${image} --tags ${JSON.stringify(summary)}`,
      `ec2 describe-images --image-ids ${image} --query Images[0].ImdsSupport --output text`,
      put("proof.json"),
      record("passed"),
      expect.stringMatching(/^ec2 create-tags .*eks-windows-images:proof,Value=passed/),
    ]);
  });

  test.each([
    ["the guest left no report.json", `rm -f "$output_dir/report.json"`],
    ["report.json is not JSON", `echo '{"osBuild":' >"$output_dir/report.json"`],
    ["report.json is not an object", `echo null >"$output_dir/report.json"`],
    ["report.json has no kubelet", `echo '{"osBuild":"20348.4052"}' >"$output_dir/report.json"`],
    ["the guest left no tests.json", `rm -f "$output_dir/tests.json"`],
    ["tests.json is not JSON", `echo passed >"$output_dir/tests.json"`],
  ])("are required: %s", async (cause, spoil) => {
    const workshop = openWorkshop({ image: `. "$FAKE/manifest"; . "$FAKE/report"; ${spoil}` });

    const { code } = await workshop.run(build);

    expect(code).not.toBe(0);
    expect(workshop.outcome()).toMatchObject({ IMAGE_ID: image, PROOF: "", FAILURE_CLASS: "provision" });
    expect(workshop.outcome().FAILURE_CAUSE).toContain(`${image}: ${cause}`);
    expect(workshop.awsCalls()).toEqual([expect.stringMatching(/put-object .*\/made-/)]);
    expect(workshop.called("packer-build-proof")).toBeUndefined();
  });

  test.each(["report.json", "tests.json", "os-build"])(
    "that cannot be uploaded leave the image unproved: %s",
    async (what) => {
      const workshop = openWorkshop({
        aws: `case "$*" in *${what}*) echo 'An error occurred (SlowDown)' >&2; exit 254 ;; esac`,
      });

      const { code } = await workshop.run(build);

      expect(code).not.toBe(0);
      expect(workshop.outcome()).toMatchObject({ IMAGE_ID: image, PROOF: "", FAILURE_CLASS: "unproved" });
      expect(workshop.outcome().FAILURE_CAUSE).toContain("SlowDown");
      expect(workshop.called("packer-build-proof")).toBeUndefined();
    },
  );

  test("must be in the bucket before an image is proved later", async () => {
    const workshop = openWorkshop({
      aws: `[ "$2" != head-object ] || { echo 'An error occurred (404)' >&2; exit 254; }`,
    });

    const { code } = await workshop.run(build, { PURPOSE: "prove", IMAGE_ID: image });

    expect(code).not.toBe(0);
    expect(workshop.outcome()).toMatchObject({ IMAGE_ID: image, PROOF: "", FAILURE_CLASS: "unproved" });
    expect(workshop.outcome().FAILURE_CAUSE).toContain(`reports/${image}/report.json cannot be read`);
    expect(workshop.called("packer-build-proof")).toBeUndefined();
  });

  test("include that of the proof, without which the image is unproved", async () => {
    const workshop = openWorkshop({
      aws: `case "$*" in *proof.json*) echo 'An error occurred (SlowDown)' >&2; exit 254 ;; esac`,
    });

    await workshop.run(build);

    expect(workshop.outcome()).toMatchObject({ PROOF: "", FAILURE_CLASS: "unproved" });
    expect(workshop.called("aws-create-tags")?.join()).not.toContain("eks-windows-images:proof");
  });

  test("do not include one of a machine that cannot be reached; only the tag has the result", async () => {
    const workshop = openWorkshop({ proof: "echo '--> amazon-ebs.proof: Timeout waiting for WinRM.'; exit 1" });

    await workshop.run(build);

    expect(workshop.outcome()).toMatchObject({ PROOF: "failed", FAILURE_CLASS: "proof" });
    expect(workshop.awsCalls().join()).not.toContain("proof.json");
  });
});

describe("the summary of a report", () => {
  test("is read from the format of Windows PowerShell", () => {
    const parsed = parseReport("report.json", `\uFEFF${JSON.stringify(report)}\r\n`);

    expect(summaryTags(parsed).map(({ Value }) => Value)).toEqual(["20348.4052", "1.35.8", "1.7.27"]);
  });

  test("fits into a tag and has only characters allowed in tags", () => {
    const [, , containerd] = summaryTags({ ...report, containerd: ` 1.7.27$(reboot)\n"${"x".repeat(300)} ` });

    expect(containerd?.Value).toHaveLength(256);
    expect(containerd?.Value).toMatch(/^1\.7\.27__reboot___x+$/);
  });

  test.each([
    ["os-build", { osBuild: 20348 }],
    ["kubelet", { kubernetes: {} }],
    ["containerd", { containerd: " " }],
  ])("requires %s", (name, other) => {
    expect(() => summaryTags({ ...report, ...other })).toThrow(`has no ${name}`);
  });
});
