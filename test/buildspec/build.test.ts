import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { recipeHash } from "../../infra/recipe.ts";
import { openWorkshop, serve, serveInTurn } from "./workshop.ts";

const image = "ami-0a1b2c3d4e5f60718";
const build = ["buildspec/build.sh"];

describe("a build", () => {
  test("makes an image, proves it and tags it", async () => {
    const workshop = openWorkshop();

    const { code } = await workshop.run(build);

    expect(code).toBe(0);
    expect(workshop.outcome()).toEqual({
      IMAGE_ID: image,
      PROOF: "passed",
      FAILURE_CLASS: "",
      FAILURE_CAUSE: "",
      FAILURE_LINES: "",
    });
    expect(workshop.called("aws-create-tags")?.slice(-6)).toEqual([
      "create-tags",
      "--resources",
      image,
      "--tags",
      "Key=eks-windows-images:proof,Value=passed",
      expect.stringMatching(/^Key=eks-windows-images:proved-at,Value=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    ]);
  });

  test("passes its documents to Packer and the image to its proof", async () => {
    const workshop = openWorkshop();

    await workshop.run(build);

    const { RUN_DIR } = workshop.variables;
    const documents = ["deployment", "variables", "address"].map((name) => `-var-file=${RUN_DIR}/${name}.json`);
    const places = ["-var", `manifest_path=${RUN_DIR}/manifest.json`, "-var", `output_dir=${RUN_DIR}/reports`];
    expect(workshop.called("packer-build-packer")).toEqual(["build", ...documents, ...places, "packer/"]);
    expect(workshop.called("packer-build-proof")).toEqual([
      "build",
      ...documents,
      ...places,
      "-var",
      `image_id=${image}`,
      "packer/proof/",
    ]);
  });

  test("with purpose prove only proves the given image", async () => {
    const workshop = openWorkshop();

    const { code } = await workshop.run(build, { PURPOSE: "prove", IMAGE_ID: "ami-11112222333344445" });

    expect(code).toBe(0);
    expect(workshop.called("packer-build-packer")).toBeUndefined();
    expect(workshop.called("packer-build-proof")).toContain("image_id=ami-11112222333344445");
    expect(workshop.outcome()).toMatchObject({ IMAGE_ID: "ami-11112222333344445", PROOF: "passed" });
  });

  test("stops if the received source is another recipe", async () => {
    const workshop = openWorkshop();
    writeFileSync(join(workshop.directory, "source/packer/custom.ps1"), "one more\n");

    const { code } = await workshop.run(build);

    expect(code).not.toBe(0);
    expect(workshop.outcome()).toMatchObject({ IMAGE_ID: "", FAILURE_CLASS: "recipe" });
    expect(workshop.called("packer-version-version")).toBeUndefined();
  });

  test("stops before it validates a template if its plugin is neither there nor pinned", async () => {
    const workshop = openWorkshop({ plugins: "" });
    const source = join(workshop.directory, "source");
    writeFileSync(join(source, "buildspec/packer-plugin-amazon.sha256"), "# nothing yet\n");

    const { code } = await workshop.run(build, { RECIPE: recipeHash(source) });

    expect(code).not.toBe(0);
    expect(workshop.outcome()).toMatchObject({ FAILURE_CLASS: "checksum" });
    expect(workshop.called("packer-validate-packer")).toBeUndefined();
  });

  test.each([
    ["template", "Error: Unsupported argument", { validate: "echo 'Error: Unsupported argument'; exit 1" }],
    [
      "capacity",
      "InsufficientInstanceCapacity",
      { image: "echo '--> amazon-ebs.windows: api error InsufficientInstanceCapacity: none'; exit 1" },
    ],
    [
      "test",
      "70-verify: 2 of 31 tests failed",
      { image: "echo '==> amazon-ebs.windows: EKSWIN-FAILED test 70-verify: 2 of 31 tests failed' >&2; exit 1" },
    ],
    ["unknown", "its manifest names no image", { image: "echo '{}' >\"$manifest_path\"" }],
  ])("that fails with class %s makes no image and reports the class", async (expected, cause, behaviour) => {
    const workshop = openWorkshop(behaviour);

    const { code } = await workshop.run(build);

    expect(code).not.toBe(0);
    expect(workshop.outcome()).toMatchObject({ IMAGE_ID: "", PROOF: "", FAILURE_CLASS: expected });
    expect(workshop.outcome().FAILURE_CAUSE).toContain(cause);
    expect(workshop.called("aws-create-tags")).toBeUndefined();
  });

  test("fails and tags the image as bad if its checks fail", async () => {
    const workshop = openWorkshop({
      proof: `echo '{"result":"failed","checks":[{"name":"disk","passed":false}]}' >"$output_dir/proof.json"`,
    });

    const { code } = await workshop.run(build);

    expect(code).not.toBe(0);
    expect(workshop.outcome()).toMatchObject({ IMAGE_ID: image, PROOF: "failed", FAILURE_CLASS: "proof" });
    expect(workshop.called("aws-create-tags")).toContain("Key=eks-windows-images:proof,Value=failed");
  });

  test("sets no proof tag on an image whose proof has no result", async () => {
    const workshop = openWorkshop({ proof: "echo '--> amazon-ebs.proof: connection reset'; exit 1" });

    await workshop.run(build);

    expect(workshop.outcome()).toMatchObject({ IMAGE_ID: image, PROOF: "", FAILURE_CLASS: "unproved" });
    expect(workshop.called("aws-create-tags")?.join()).not.toContain("eks-windows-images:proof");
  });

  test("proves an image that cannot be tagged with its proof, because the record counts", async () => {
    const workshop = openWorkshop({
      aws: "case \"$*\" in *:proof*) echo 'An error occurred (RequestLimitExceeded)' >&2; exit 254 ;; esac",
    });

    const { output } = await workshop.run(build);

    expect(workshop.outcome()).toMatchObject({ IMAGE_ID: image, PROOF: "passed", FAILURE_CLASS: "" });
    expect(output).toContain("RequestLimitExceeded");
  });
});

describe("an image that does not demand IMDSv2", () => {
  test("is tagged as bad, although its checks pass", async () => {
    const workshop = openWorkshop({ described: "echo None" });

    const { code } = await workshop.run(build);

    expect(code).not.toBe(0);
    expect(workshop.outcome()).toMatchObject({ IMAGE_ID: image, PROOF: "failed", FAILURE_CLASS: "proof" });
    expect(workshop.outcome().FAILURE_CAUSE).toBe(
      "the image does not demand IMDSv2: its ImdsSupport is None, expected v2.0",
    );
    expect(workshop.called("aws-create-tags")).toContain("Key=eks-windows-images:proof,Value=failed");
  });

  test("is not what a warning of the AWS CLI says", async () => {
    const workshop = openWorkshop({ described: "echo 'urllib3 warning' >&2; echo v2.0" });

    const { code } = await workshop.run(build);

    expect(code).toBe(0);
    expect(workshop.outcome()).toMatchObject({ IMAGE_ID: image, PROOF: "passed", FAILURE_CLASS: "" });
  });

  test.each([
    ["nothing", ":"],
    ["a warning only", "echo None >&2"],
    ["something else", "echo unavailable"],
  ])("has no verdict if EC2 answers %s", async (_, described) => {
    const workshop = openWorkshop({ described });

    const { code } = await workshop.run(build);

    expect(code).not.toBe(0);
    expect(workshop.outcome()).toMatchObject({ IMAGE_ID: image, PROOF: "", FAILURE_CLASS: "unproved" });
    expect(workshop.called("aws-create-tags")?.join()).not.toContain("eks-windows-images:proof");
  });

  test("has no verdict if EC2 does not describe it", async () => {
    const workshop = openWorkshop({ aws: '[ "$2" != describe-images ] || { echo Unavailable >&2; exit 254; }' });

    await workshop.run(build);

    expect(workshop.outcome()).toMatchObject({ IMAGE_ID: image, PROOF: "", FAILURE_CLASS: "unproved" });
    expect(workshop.outcome().FAILURE_CAUSE).toBe(`${image} could not be described: Unavailable`);
  });
});

describe("the build's own address", () => {
  const silence = "Timeout waiting for WinRM.";
  const silent = `echo '--> amazon-ebs.proof: ${silence}'; exit 1`;

  test("is the only address that the build instance admits", async () => {
    const workshop = openWorkshop();
    const url = await serve({ "/": "203.0.113.7\n" });

    await workshop.run(build, { ADDRESS_URL: `${url}/` });

    const written = JSON.parse(readFileSync(join(workshop.variables.RUN_DIR as string, "address.json"), "utf8"));
    expect(written).toEqual({ temporary_security_group_source_cidrs: ["203.0.113.7/32"] });
  });

  test("is asked again right before the proof", async () => {
    const workshop = openWorkshop();
    const { url, answers } = await serveInTurn(["203.0.113.7", "203.0.113.8"]);

    await workshop.run(build, { ADDRESS_URL: url });

    const written = JSON.parse(readFileSync(join(workshop.variables.RUN_DIR as string, "address.json"), "utf8"));
    expect(written).toEqual({ temporary_security_group_source_cidrs: ["203.0.113.8/32"] });
    expect(answers()).toBe(2);
  });

  test("condemns no image whose machine admits another one", async () => {
    const workshop = openWorkshop({ proof: silent });
    const { url } = await serveInTurn(["203.0.113.7", "203.0.113.7", "203.0.113.70"]);

    await workshop.run(build, { ADDRESS_URL: url });

    expect(workshop.outcome()).toMatchObject({ IMAGE_ID: image, PROOF: "", FAILURE_CLASS: "connection" });
    expect(workshop.outcome().FAILURE_CAUSE).toContain("203.0.113.70");
    expect(workshop.called("aws-create-tags")?.join()).not.toContain("eks-windows-images:proof");
  });

  test("condemns no image if it is unknown after a silence", async () => {
    const workshop = openWorkshop({ proof: silent });
    const { url } = await serveInTurn(["203.0.113.7", "203.0.113.7", "<html>503</html>"]);

    await workshop.run(build, { ADDRESS_URL: url });

    expect(workshop.outcome()).toMatchObject({ PROOF: "", FAILURE_CLASS: "connection" });
    expect(workshop.called("aws-create-tags")?.join()).not.toContain("eks-windows-images:proof");
  });

  test.each([
    ["that is still admitted", ["203.0.113.7", "203.0.113.7", "203.0.113.7"]],
    ["that nobody asks for, in a VPC,", undefined],
  ])("%s makes a silent machine evidence against its image", async (_, addresses) => {
    const workshop = openWorkshop({ proof: silent });
    const { url } = addresses ? await serveInTurn(addresses) : { url: "" };

    await workshop.run(build, { ADDRESS_URL: url });

    expect(workshop.outcome()).toMatchObject({ IMAGE_ID: image, PROOF: "failed", FAILURE_CLASS: "proof" });
    expect(workshop.outcome().FAILURE_CAUSE).toContain(silence);
  });

  test.each([
    "0.0.0.0/0",
    "256.1.1.1",
    "1.2.3",
    "::1",
    '1.2.3.4", "0.0.0.0/0',
    "<html>1.2.3.4</html>",
    "",
    "1.2.3.4\n5.6.7.8",
  ])("is not taken from an answer such as %j", async (answer) => {
    const workshop = openWorkshop();
    const url = await serve({ "/": answer });

    await workshop.run(build, { ADDRESS_URL: `${url}/` });

    expect(workshop.outcome()).toMatchObject({ FAILURE_CLASS: "connection" });
    expect(workshop.called("packer-build-packer")).toBeUndefined();
  });
});

describe("values are data", () => {
  const hostile = [
    "$(touch pwned)",
    "`touch pwned`",
    '"; touch pwned; "',
    "'; touch pwned; '",
    "x\ntouch pwned\n",
    "x;touch pwned",
    "a[$(touch pwned)]",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of bash
    "${IFS}$(touch${IFS}pwned)",
    "-o pwned",
    "*",
  ];

  test("the documents reach Packer unchanged", async () => {
    const workshop = openWorkshop();
    const all = hostile.join(" ");

    const { code } = await workshop.run(build, {
      PACKER_VARIABLES: all,
      PACKER_DEPLOYMENT: all,
      INPUTS: all,
      REASONS: all,
      VARIANT: all,
      STAGE: all,
      ATTEMPT: all,
    });

    const read = (name: string) => readFileSync(join(workshop.variables.RUN_DIR as string, name), "utf8");
    expect(code).toBe(0);
    expect(read("variables.json")).toBe(all);
    expect(read("deployment.json")).toBe(all);
    expect(existsSync(join(workshop.directory, "source/pwned"))).toBe(false);
  });

  const variables = ["PURPOSE", "TOKEN", "IDENTITY", "RECIPE", "ADDRESS_URL", "BUCKET", "IMAGE_ID"];
  test.each(variables)("a hostile %s stops the build and is not executed", async (name) => {
    const workshop = openWorkshop();

    for (const value of hostile) {
      const { code } = await workshop.run(build, { PURPOSE: name === "IMAGE_ID" ? "prove" : "build", [name]: value });
      expect(code).not.toBe(0);
    }

    expect(existsSync(join(workshop.directory, "source/pwned"))).toBe(false);
    expect(workshop.called("packer-build-packer")).toBeUndefined();
    expect(workshop.called("packer-build-proof")).toBeUndefined();
  });
});
