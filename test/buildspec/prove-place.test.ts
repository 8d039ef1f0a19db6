import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { PlaceToProve } from "../../functions/domain/build-orders.ts";
import { placeProofRecord } from "../../functions/domain/place-records.ts";
import { openWorkshop, type Workshop } from "./workshop.ts";

const home = "ami-0a1b2c3d4e5f60718";
const place: PlaceToProve = {
  name: "frankfurt",
  region: "eu-central-1",
  roleArn: "arn:aws:iam::210987654321:role/eks-windows-images-spoke",
  externalId: "eks-windows-images:production",
  image: "ami-11112222333344445",
};
const order = { PURPOSE: "prove-place", IMAGE_ID: home, PLACE: JSON.stringify(place), SLOW_START_SECONDS: "" };
const build = ["buildspec/build.sh"];
const failedChecks = `echo '{"result":"failed","checks":[{"name":"disk","passed":false}]}' >"$output_dir/proof.json"`;

function written(workshop: Workshop): string[] {
  return workshop.awsCalls().flatMap((call) => /^s3api put-object .*--key (\S+)/.exec(call)?.[1] ?? []);
}

describe("a proof in a place", () => {
  test("boots the image's copy by the place's role, and looks at it by that role in that Region", async () => {
    const workshop = openWorkshop();

    const { code, output } = await workshop.run(build, order);

    expect(code, output).toBe(0);
    expect(workshop.called("packer-build-packer")).toBeUndefined();
    expect(workshop.called("packer-build-proof")).toEqual(
      expect.arrayContaining(["profile=place", `image_id=${place.image}`]),
    );
    const there = workshop.awsCalls().filter((call) => !call.startsWith("s3api "));
    expect(there).toEqual([
      "sts get-caller-identity --profile place --region eu-central-1",
      `ec2 describe-images --profile place --region eu-central-1 --image-ids ${place.image} --query Images[0].ImdsSupport --output text`,
    ]);
    expect(workshop.outcome()).toMatchObject({ IMAGE_ID: home, PROOF: "passed", FAILURE_CLASS: "" });
  });

  test.each([
    ["passed", {}, 0],
    ["failed", { proof: failedChecks }, 1],
  ])("that %s leaves its own record and report, and no tag, measure or proof of home's image", async (...given) => {
    const [result, behaviour, status] = given;
    const workshop = openWorkshop(behaviour);

    const { code } = await workshop.run(build, { ...order, SLOW_START_SECONDS: "1" });

    expect(code).toBe(status);
    expect(workshop.outcome()).toMatchObject({ IMAGE_ID: home, PROOF: result });
    expect(written(workshop)).toEqual([
      `reports/${home}/proof-frankfurt.json`,
      `records/${placeProofRecord(home, "frankfurt", { result: result as "passed", token: `${workshop.variables.TOKEN}` })}`,
    ]);
    expect(workshop.awsCalls().filter((call) => call.includes("create-tags"))).toEqual([]);
  });

  test("calls S3 as the build itself", async () => {
    const workshop = openWorkshop();

    await workshop.run(build, order);

    const own = workshop.awsCalls().filter((call) => call.startsWith("s3api "));
    expect(own.map((call) => call.split(" ")[1])).toEqual([
      "list-objects-v2",
      "head-object",
      "put-object",
      "put-object",
    ]);
    for (const call of own) expect(call).not.toMatch(/--profile|--region/);
  });

  test("has no result without evidence, and leaves no record", async () => {
    const workshop = openWorkshop({ proof: "echo '--> amazon-ebs.proof: connection reset'; exit 1" });

    const { code } = await workshop.run(build, order);

    expect(code).not.toBe(0);
    expect(workshop.outcome()).toMatchObject({ IMAGE_ID: home, PROOF: "", FAILURE_CLASS: "unproved" });
    expect(written(workshop)).toEqual([]);
  });

  test.each([
    ["refused", "An error occurred (AccessDenied) when calling the AssumeRole operation: not authorized"],
    ["unproved", "Could not connect to the endpoint URL"],
  ])("is %s if the place's role cannot be assumed, and says why: %s", async (expected, message) => {
    const workshop = openWorkshop({ aws: `[ "$2" != get-caller-identity ] || { echo '${message}' >&2; exit 254; }` });

    const { code } = await workshop.run(build, order);

    expect(code).not.toBe(0);
    expect(workshop.outcome()).toMatchObject({ PROOF: "", FAILURE_CLASS: expected });
    expect(workshop.outcome().FAILURE_CAUSE).toBe(`the role of the place frankfurt cannot be assumed: ${message}`);
    expect(workshop.called("packer-build-proof")).toBeUndefined();
  });

  test.each([
    ["a record that home made the image", { listed: "echo None" }],
    ["the image's report", { aws: '[ "$2" != head-object ] || { echo 404 >&2; exit 254; }' }],
  ])("needs %s, as a proof at home does", async (_, behaviour) => {
    const workshop = openWorkshop(behaviour);

    const { code } = await workshop.run(build, order);

    expect(code).not.toBe(0);
    expect(workshop.outcome()).toMatchObject({ IMAGE_ID: home, PROOF: "", FAILURE_CLASS: "unproved" });
    expect(workshop.called("packer-build-proof")).toBeUndefined();
  });
});

describe("the session of the place's role", () => {
  async function called(given: object) {
    const workshop = openWorkshop({ aws: '[ "$2" != assume-role ] || echo "{}"' });
    await workshop.run(build, { ...order, PLACE: JSON.stringify(given) });
    await workshop.run(["buildspec/place-credentials.sh"]);
    return workshop.called("aws-assume-role");
  }

  test("is begun in the place's Region with the external ID, and named after the order", async () => {
    expect(await called(place)).toEqual([
      ...["sts", "assume-role", "--region", place.region, "--role-arn", place.roleArn],
      ...["--external-id", place.externalId],
      ...["--role-session-name", "eks-windows-images-abababababab", "--output", "json", "--query"],
      expect.stringContaining("Expiration: Credentials.Expiration"),
    ]);
  });

  test("in home's own account has no external ID", async () => {
    const { externalId: _, ...own } = place;

    expect(await called(own)).not.toContain("--external-id");
  });
});

describe("a wrong PLACE stops the build and says what is wrong", () => {
  const hostile = "x\nsource_profile = admin";

  test.each([
    ["nothing", undefined, 'PLACE is ""; allowed: a place as JSON'],
    ["no JSON", "$(touch pwned)", 'PLACE is "$(touch pwned)"; allowed: a place as JSON'],
    ["a list", "[]", 'PLACE is "[]"; allowed: a place as JSON'],
    [
      "a key too many",
      { ...place, config: "x" },
      "PLACE has config; allowed: name, region, roleArn, externalId, image",
    ],
    ["no Region", { ...place, region: undefined }, 'PLACE has the region undefined; allowed: one like "eu-central-1"'],
    ["a path", { ...place, name: "../x" }, 'PLACE has the name "../x"; allowed: one like "frankfurt"'],
    ["a name for two", { ...place, name: "a_b" }, 'PLACE has the name "a_b"; allowed: one like "frankfurt"'],
    ...Object.keys(place).map((key) => [`more than one line: ${key}`, { ...place, [key]: hostile }, `has the ${key}`]),
    ["no text", { ...place, image: 1 }, 'PLACE has the image 1; allowed: one like "ami-0123456789abcdef0"'],
  ] as [string, unknown, string][])("%s", async (_, value, complaint) => {
    const workshop = openWorkshop();
    const PLACE = typeof value === "object" ? JSON.stringify(value) : `${value ?? ""}`;

    const { code } = await workshop.run(build, { ...order, PLACE });

    expect(code).not.toBe(0);
    expect(workshop.outcome()).toMatchObject({ PROOF: "", FAILURE_CLASS: "unknown" });
    expect(workshop.outcome().FAILURE_CAUSE).toContain(complaint);
    expect(workshop.awsCalls()).toEqual([]);
    expect(existsSync(join(workshop.directory, "source/pwned"))).toBe(false);
  });
});
