import { describe, expect, test } from "vitest";
import { harvested } from "../../buildspec/harvest.mjs";
import { openWorkshop } from "./workshop.ts";

const eksImage = "ami-0e5c0e5c0e5c0e5c0";
const build = ["buildspec/build.sh"];
const order = { PURPOSE: "harvest", IMAGE_ID: eksImage };

test("a harvest runs its own template with the documents of every template", async () => {
  const workshop = openWorkshop();

  const { code } = await workshop.run(build, order);

  const { RUN_DIR } = workshop.variables;
  expect(code).toBe(0);
  expect(workshop.called("packer-validate-harvest")).toContain("packer/harvest/");
  expect(workshop.called("packer-build-harvest")).toEqual([
    "build",
    ...["deployment", "variables", "address"].map((name) => `-var-file=${RUN_DIR}/${name}.json`),
    ...["-var", `manifest_path=${RUN_DIR}/manifest.json`, "-var", `output_dir=${RUN_DIR}/reports`],
    "packer/harvest/",
  ]);
});

test("a harvest neither changes AWS's image nor makes one", async () => {
  const workshop = openWorkshop();

  await workshop.run(build, order);

  expect(workshop.awsCalls()).toEqual([
    `s3api get-object --bucket ${workshop.variables.BUCKET} --key harvest/${eksImage}/manifest.json ${workshop.variables.RUN_DIR}/harvested.json`,
  ]);
  expect(workshop.outcome()).toMatchObject({ IMAGE_ID: "", PROOF: "", FAILURE_CLASS: "" });
  expect(workshop.called("packer-build-packer")).toBeUndefined();
  expect(workshop.called("packer-build-proof")).toBeUndefined();
});

test.each([
  ["capacity", "echo '--> amazon-ebs.harvest: api error InsufficientInstanceCapacity: none'; exit 1"],
  ["download", "echo '==> amazon-ebs.harvest: EKSWIN-FAILED download 10-harvest: the bucket refuses it'; exit 1"],
  ["connection", "echo '--> amazon-ebs.harvest: Timeout waiting for WinRM.'; exit 1"],
])("a harvest that fails with class %s reports the class", async (expected, harvest) => {
  const workshop = openWorkshop({ harvest });

  const { code } = await workshop.run(build, order);

  expect(code).not.toBe(0);
  expect(workshop.outcome()).toMatchObject({ IMAGE_ID: "", FAILURE_CLASS: expected });
  expect(workshop.awsCalls()).toEqual([]);
});

test("a harvest without a manifest in the bucket fails even if Packer succeeds", async () => {
  const workshop = openWorkshop({
    aws: "echo 'An error occurred (404) when calling the GetObject operation' >&2; exit 254",
  });

  const { code } = await workshop.run(build, order);

  expect(code).not.toBe(0);
  expect(workshop.outcome()).toMatchObject({ FAILURE_CLASS: "unknown" });
  expect(workshop.outcome().FAILURE_CAUSE).toContain(`harvest/${eksImage}/manifest.json cannot be read`);
});

test.each([
  ["has another recipe", `echo '{"files":[],"recipe":"b2"}'`, "it has recipe b2, expected a1a1"],
  ["has no recipe", `echo '{"files":[]}'`, "it has recipe undefined"],
  ["is not JSON", "echo nothing", "is not valid JSON"],
])("a harvest fails if its manifest %s", async (_, manifested, cause) => {
  const workshop = openWorkshop({ manifested });

  const { code } = await workshop.run(build, order);

  expect(code).not.toBe(0);
  expect(workshop.outcome()).toMatchObject({ FAILURE_CLASS: "provision" });
  expect(workshop.outcome().FAILURE_CAUSE).toContain(cause);
});

describe("a manifest", () => {
  const file = {
    path: "C:\\Program Files\\Amazon\\EKS\\cni\\vpc-bridge.exe",
    sha256: "2c".repeat(32),
    bytes: 3 * 2 ** 20,
  };
  const ordered = { harvest_recipe: "a1" };

  test("states the number and size of the harvested files", () => {
    expect(harvested({ recipe: "a1", files: [file, file] }, ordered)).toBe("2 files, 6 MiB");
  });

  test.each([
    ["no file", []],
    ["a file without a sum", [file, { ...file, sha256: "" }]],
    ["a file without a path", [{ ...file, path: "" }]],
    ["a file without a size", [{ path: file.path, sha256: file.sha256 }]],
  ])("is refused if it has %s", (_, files) => {
    expect(() => harvested({ recipe: "a1", files }, ordered)).toThrow(/lists no files|lacks a path, SHA-256 or size/);
  });
});

test("a harvest ends if its guest reports a failure on the serial console", async () => {
  const workshop = openWorkshop({
    harvest: `
      trap 'echo "Cancelling build after receiving terminated"; exit 1' TERM
      touch "$FAKE/waiting"
      while [ -d "$FAKE" ]; do sleep 0.02; done
    `,
    aws: `case "$2" in
      describe-instances) echo i-0123456789abcdef0 ;;
      get-console-output) [ ! -f "$FAKE/waiting" ] || echo 'EKSWIN-FAILED provision 10-harvest: no kubelet' ;;
    esac`,
  });

  await workshop.run(build, order);

  expect(workshop.outcome()).toMatchObject({ FAILURE_CLASS: "provision", FAILURE_CAUSE: "10-harvest: no kubelet" });
});

test.each([
  ["build", "packer"],
  ["prove", "proof"],
  ["harvest", "harvest"],
])("a run for %s validates its first template before it starts any", async (PURPOSE, first) => {
  const workshop = openWorkshop({ validate: "echo 'Error: Unsupported argument'; exit 1" });

  const { code } = await workshop.run(build, { PURPOSE, IMAGE_ID: eksImage });

  expect(code).not.toBe(0);
  for (const template of ["packer", "proof", "harvest"]) {
    expect(workshop.called(`packer-validate-${template}`) !== undefined).toBe(template === first);
    expect(workshop.called(`packer-build-${template}`)).toBeUndefined();
  }
});
