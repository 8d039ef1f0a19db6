import { createHash } from "node:crypto";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Aws, startAws } from "../aws.ts";

const recipe = "e".repeat(64);
const file = { path: "C:\\Program Files\\Amazon\\EKS\\cni\\vpc-bridge.exe", sha256: "a".repeat(64), bytes: 7 };
const bucket = "artifacts";
let aws: Aws;
let readHarvests: typeof import("../../../functions/io/harvests.ts").readHarvests;

beforeAll(async () => {
  aws = await startAws();
  await new S3Client({}).send(new CreateBucketCommand({ Bucket: bucket }));
  ({ readHarvests } = await import("../../../functions/io/harvests.ts"));
});

afterAll(() => aws?.stop());

async function put(source: string, text: string, name = "manifest.json"): Promise<void> {
  const Key = `harvest/${source}/${name}`;
  await new S3Client({}).send(new PutObjectCommand({ Bucket: bucket, Key, Body: text }));
}

test("a harvest is known by the SHA-256 of its manifest's bytes", async () => {
  const text = JSON.stringify({ files: [file], recipe });
  await put("ami-1", text);

  expect(await readHarvests(bucket, ["ami-1", "ami-1"], recipe)).toEqual({
    "ami-1": { state: "known", value: createHash("sha256").update(text).digest("hex") },
  });
});

test.each([
  ["not JSON", "<html>", "not JSON"],
  ["without files", JSON.stringify({ files: [], recipe }), "files"],
  ["with a file that has no checksum", JSON.stringify({ files: [{ ...file, sha256: "latest" }], recipe }), "a SHA-256"],
])("a harvest whose manifest is %s is missing, with the reason", async (_, text, why) => {
  await put("ami-2", text);

  const harvests = await readHarvests(bucket, ["ami-2"], recipe);

  expect(harvests["ami-2"]).toEqual({ state: "missing", why: expect.stringContaining("no usable manifest") });
  expect(harvests["ami-2"]).toEqual({ state: "missing", why: expect.stringContaining(why) });
});

test("a harvest by other scripts than the deployed ones is missing", async () => {
  await put("ami-3", JSON.stringify({ files: [file], recipe: "0".repeat(64) }));

  expect((await readHarvests(bucket, ["ami-3"], recipe))["ami-3"]).toEqual({
    state: "missing",
    why: "the harvest from ami-3 was made by other scripts than the deployed ones",
  });
});

test("a harvest without a manifest is missing, even if some of its files are already there", async () => {
  await put("ami-4", "program", `files/${file.sha256}`);

  expect(await readHarvests(bucket, ["ami-4", "ami-5"], recipe)).toEqual({
    "ami-4": { state: "missing", why: "nothing has been harvested from ami-4 yet" },
    "ami-5": { state: "missing", why: "nothing has been harvested from ami-5 yet" },
  });
});

test("every harvest is unknown if the bucket does not answer", async () => {
  expect(await readHarvests("no-such-bucket", ["ami-1"], recipe)).toEqual({
    "ami-1": { state: "unknown", why: expect.stringMatching(/^reading harvest\/ami-1\/manifest.json: /) },
  });
});
