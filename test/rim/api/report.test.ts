import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { ImageReport } from "../../../functions/api/report.ts";
import { core } from "../../scene.ts";
import { type Aws, startAws } from "../aws.ts";
import { type Service, type Surroundings, startService, startSurroundings } from "../service.ts";

type Handler = (event: unknown, context: unknown) => Promise<{ statusCode: number; body: string }>;

let aws: Aws;
let surroundings: Surroundings;
let service: Service;
let api: Handler;

beforeAll(async () => {
  aws = await startAws();
  surroundings = await startSurroundings("reporting");
  service = await startService(aws, surroundings, "reporting");
  Object.assign(process.env, service.environment, {
    QUEUE_URL: await surroundings.queueUrl(),
    POWERTOOLS_LOG_LEVEL: "SILENT",
  });
  const variants = [{ windows: 2022, kubernetes: "1.35" }];
  vi.doMock("../../../config.ts", () => ({ config: { variants, policies: { functionUrl: false } } }));
  api = (await import("../../../functions/api.ts")).handler as never;
});
afterAll(() => aws?.stop());

async function ask(image: string): Promise<{ status: number; answer: ImageReport & { error: string } }> {
  const event = { method: "GET", path: `/report?image=${image}` };
  const { statusCode, body } = await api(event, { awsRequestId: "a", getRemainingTimeInMillis: () => 3_600_000 });
  return { status: statusCode, answer: JSON.parse(body) };
}

async function put(key: string, body: unknown): Promise<void> {
  const Body = typeof body === "string" ? body : JSON.stringify(body);
  await new S3Client({}).send(new PutObjectCommand({ Bucket: surroundings.bucket, Key: key, Body }));
}

describe("GET /report", () => {
  test("answers with report and proof of an image, and which image was before it", async () => {
    const first = await service.image("first", 5);
    await service.image("failed", 4, { proof: "failed" });
    const second = await service.image("second", 3);
    await put(`reports/${second}/report.json`, { osBuild: "20348.4405", anything: ["else"] });
    await put(`reports/${second}/proof.json`, { passed: 9 });

    expect(await ask(second)).toEqual({
      status: 200,
      answer: {
        image: second,
        variant: core,
        previous: first,
        startSeconds: null,
        usedBytes: null,
        report: { osBuild: "20348.4405", anything: ["else"] },
        proof: { result: "passed", at: expect.stringMatching(/Z$/), report: { passed: 9 } },
      },
    });
  });

  test("answers about an image that is deregistered, by its records", async () => {
    await put(`records/proofs/ami-09090909090909090/made-none-${"ab".repeat(32)}`, {});
    await put("reports/ami-09090909090909090/report.json", { osBuild: "1" });

    expect((await ask("ami-09090909090909090")).answer).toMatchObject({
      variant: null,
      previous: null,
      report: { osBuild: "1" },
      proof: { result: null, at: null, report: null },
    });
  });

  test("refuses an image that no record names, whatever lies in the bucket", async () => {
    await put("reports/ami-0bad0bad0bad0bad0/report.json", { osBuild: "1" });

    const { status, answer } = await ask("ami-0bad0bad0bad0bad0");
    expect(status).toBe(404);
    expect(answer.error).toContain("no record says that this service made ami-0bad0bad0bad0bad0");
  });

  test("says that an image has no report", async () => {
    const image = await service.image("silent", 2);
    expect(await ask(image)).toMatchObject({
      status: 404,
      answer: { error: `${image} has no report in the bucket: its build ended before it, or it was deleted` },
    });
  });

  test.each([
    ["is not JSON", "half a rep", "is not JSON"],
    ["is larger than an answer", `"${"a".repeat(5_500_000)}"`, "more than it may have"],
    ["has too many quotes for an answer", JSON.stringify('"'.repeat(1_900_000)), "more than it may have"],
  ])("says that a report %s, and how to get it", async (what, content, why) => {
    const image = await service.image(`odd ${what}`, 1);
    await put(`reports/${image}/report.json`, content);

    const { status, answer } = await ask(image);
    expect(status).toBe(422);
    expect(answer).toMatchObject({
      error: expect.stringContaining(why),
      allowed: `aws s3 cp s3://${surroundings.bucket}/reports/${image}/report.json -`,
    });
  });

  test("says of report and proof that do not fit into one answer how to get each", async () => {
    const image = await service.image("large", 1);
    const keys = ["report.json", "proof.json"].map((name) => `reports/${image}/${name}`);
    for (const key of keys) await put(key, `"${"a".repeat(3_000_000)}"`);

    const { status, answer } = await ask(image);

    expect(status).toBe(422);
    expect(answer).toMatchObject({
      error: expect.stringContaining(keys.join(" and ")),
      allowed: keys.map((key) => `aws s3 cp s3://${surroundings.bucket}/${key} -`).join("; "),
    });
  });

  test("asks for an image if the query names none", async () => {
    expect(await ask("windows")).toMatchObject({ status: 400, answer: { allowed: { image: expect.any(String) } } });
  });
});
