import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { checkAnswer } from "../../documented-answers.ts";
import { core } from "../../scene.ts";
import { type Aws, startAws } from "../aws.ts";
import { type Service, type Surroundings, startService, startSurroundings } from "../service.ts";

type Handler = (event: unknown, context: unknown) => Promise<{ statusCode: number; body: string }>;

let aws: Aws;
let surroundings: Surroundings;
let service: Service;
let api: Handler;
let queueUrl: string;
let lift: (() => Promise<void>)[] = [];

/** How long the queue holds back the trigger of a run that reads new tags, in milliseconds. */
const tagDelay = 15_000;

beforeAll(async () => {
  aws = await startAws();
  surroundings = await startSurroundings("interventions");
  service = await startService(aws, surroundings, "interventions");
  queueUrl = await surroundings.queueUrl();
  // No server listens there: CodeBuild and the release host are out of reach.
  const nowhere = "http://127.0.0.1:9";
  Object.assign(process.env, service.environment, {
    QUEUE_URL: queueUrl,
    AWS_ENDPOINT_URL_CODEBUILD: nowhere,
    POWERTOOLS_LOG_LEVEL: "SILENT",
  });
  const policies = { kubernetesReleaseUrl: nowhere, approval: "manual" };
  vi.doMock("../../../config.ts", () => ({ config: { variants: [{ windows: 2022, kubernetes: "1.35" }], policies } }));
  api = (await import("../../../functions/api.ts")).handler as never;
});

beforeEach(async () => {
  await aws.emulator.parameterValidation({ delayMs: 20 });
  lift = [];
  await fail({ service: "ssm", operation: "GetParameters" });
});

afterEach(async () => {
  for (const end of lift) await end();
});

/** Matching calls fail until the test ends. */
async function fail(calls: { service: string; operation?: string }): Promise<void> {
  lift.push(await aws.emulator.failCalls({ code: "AccessDenied", status: 403, ...calls }));
}

afterAll(() => aws?.stop());

async function call(method: string, path: string, body: object) {
  const requestContext = {
    requestId: "request-1",
    http: { method, path },
    authorizer: { iam: { userArn: "arn:aws:iam::123456789012:user/ann" } },
  };
  const event = { version: "2.0", rawPath: path, requestContext, body: JSON.stringify(body), isBase64Encoded: false };
  const { statusCode, body: said } = await api(event, { getRemainingTimeInMillis: () => 3_600_000 });
  checkAnswer({ method, path, status: statusCode, body: said });
  return { status: statusCode, answer: JSON.parse(said) };
}

/** What the calls in the visible messages were. The messages are gone afterwards. */
async function receiveTriggers(): Promise<string[]> {
  const sqs = new SQSClient({});
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 0 }),
  );
  for (const { ReceiptHandle } of Messages)
    await sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }));
  return Messages.map(({ Body = "" }) => JSON.parse(Body).call);
}

/** The triggers that become visible after the delay and, unless the machine is slow, not before. */
async function delayedTriggers(): Promise<string[]> {
  const early = await receiveTriggers();
  const [sent] = (await aws.emulator.calls()).filter(({ operation }) => operation === "SendMessage").slice(-1);
  expect(sent?.parameters.DelaySeconds).toBe(tagDelay / 1_000);
  const visibleAt = Date.parse(sent?.time ?? "") + tagDelay;
  const now = aws.clock.now().getTime();
  // On a slow machine the delay may already have passed.
  if (now < visibleAt) expect(early).toEqual([]);
  aws.clock.advanceTo(new Date(now + tagDelay + 1_000));
  return [...early, ...(await receiveTriggers())];
}

async function readImage(image: string) {
  const { readImagesAndPauses } = await import("../../../functions/io/recorded-images.ts");
  return (await readImagesAndPauses(service.environment)).images.find(({ id }) => id === image);
}

/** The records of an image, without the hashes: `revocations/ami-1`. */
async function recordsOf(image: string): Promise<string[]> {
  const { readRecords } = await import("../../../functions/io/records.ts");
  const all = Object.values(await readRecords(service.environment.BUCKET)).flatMap((some) => some ?? []);
  return all.map(({ kind, name }) => `${kind}/${name.split("/")[0]}`).filter((one) => one.endsWith(`/${image}`));
}

describe("while S3 does not answer, too,", () => {
  test("a bad image can be revoked; reconcile records it later", async () => {
    const image = await service.image("bad-without-s3", 6);
    await fail({ service: "s3" });

    const { status, answer } = await call("POST", "/revoke", { image, reason: "pods lose DNS" });
    await lift.pop()?.();

    expect({ status, answer }).toMatchObject({
      status: 202,
      answer: { image, plan: null, planUnknown: expect.stringMatching(/^reading /) },
    });
    expect(await readImage(image)).toMatchObject({
      revoked: { reason: "pods lose DNS" },
      revocations: [{ recorded: false }],
    });
    await service.reconcile();
    expect(await readImage(image)).toMatchObject({ revocations: [{ recorded: true }] });
    expect(await delayedTriggers()).toEqual([`revoke ${image}`]);
  });

  test.each([
    ["/approve", {}],
    ["/unrevoke", {}],
    ["/adopt", {}],
    ["/rollback", { variant: core }],
  ])("nothing else is decided, and the answer says what can be: %s", async (path, more) => {
    const image = await service.image(`kept-${path}`, 7, { revoked: "pods lose DNS" });
    await fail({ service: "s3" });

    const { status, answer } = await call("POST", path, { image, reason: "it is good", ...more });
    await lift.pop()?.();

    expect(status).toBe(503);
    expect(answer.error).toMatch(/^reading records: /);
    expect(await readImage(image)).toMatchObject({ revoked: { reason: "pods lose DNS" }, approved: undefined });
  });
});

test("an approval that cannot be recorded sets no tag", async () => {
  const image = await service.image("unrecorded-approval", 6);
  await fail({ service: "s3", operation: "PutObject" });

  const { status } = await call("POST", "/approve", { image, reason: "it is good" });
  await lift.pop()?.();

  expect(status).toBe(500);
  expect(await readImage(image)).toMatchObject({ approved: undefined, unrecorded: [] });
});

describe("while CodeBuild, public parameters and the release host do not answer", () => {
  test("a bad image can be revoked, and the answer says why the plan is unknown", async () => {
    const image = await service.image("bad", 5);

    const { status, answer } = await call("POST", "/revoke", { image, reason: "pods lose DNS" });

    expect({ status, answer }).toMatchObject({
      status: 202,
      answer: { variant: core, image, plan: null, planUnknown: expect.stringMatching(/^reading /) },
    });
    expect(await readImage(image)).toMatchObject({ revoked: { reason: "pods lose DNS" } });
    expect(await recordsOf(image)).toContain(`revocations/${image}`);
    expect(await delayedTriggers()).toEqual([`revoke ${image}`]);
  });

  test("a revocation stays in force although a person deletes its tag", async () => {
    const image = await service.image("still-bad", 5);
    await call("POST", "/revoke", { image, reason: "pods lose DNS" });
    const { untagImage } = await import("../../../functions/io/image-tags.ts");

    await untagImage(image, ["revoked"]);
    expect(await readImage(image)).toMatchObject({ revoked: { reason: expect.stringContaining("POST /unrevoke") } });

    expect(await call("POST", "/unrevoke", { image, reason: "the cluster was at fault" })).toMatchObject({
      status: 202,
    });
    expect(await readImage(image)).toMatchObject({ revoked: undefined, revocations: [] });
    await delayedTriggers();
  });

  test("a channel can be rolled back", async () => {
    const older = await service.image("older", 4, { approved: "it is good" });
    const newer = await service.image("newer", 3);
    const { writeChannel } = await import("../../../functions/io/channels.ts");
    await writeChannel(service.environment, core, "stable", newer, true);
    await service.settled();
    expect(await service.holds("stable")).toBe(newer);

    const { status, answer } = await call("POST", "/rollback", {
      variant: core,
      image: newer,
      reason: "pods lose DNS",
    });

    expect({ status, answer }).toMatchObject({
      status: 202,
      answer: { image: newer, plan: null, message: expect.stringContaining(`goes back from ${newer} to ${older}`) },
    });
    expect(await readImage(newer)).toMatchObject({ revoked: { reason: "pods lose DNS" } });
    expect(await delayedTriggers()).toEqual([`rollback ${newer}`]);
  });

  test("an image can be unrevoked", async () => {
    const image = await service.image("good", 5, { revoked: "pods lose DNS" });

    const { status } = await call("POST", "/unrevoke", { image, reason: "the cluster was at fault" });

    expect(status).toBe(202);
    expect(await recordsOf(image)).toContain(`unrevocations/${image}`);
    expect(await readImage(image)).toMatchObject({ revoked: undefined });
    expect(await delayedTriggers()).toEqual([`unrevoke ${image}`]);
  });

  test.each(["/approve", "/promote"])("an image can be approved with POST %s", async (path) => {
    const image = await service.image(`for-${path.slice(1)}`, 5);

    const { status } = await call("POST", path, { image, reason: "a week without trouble" });

    expect(status).toBe(202);
    expect(await readImage(image)).toMatchObject({ approved: { reason: "a week without trouble" }, unrecorded: [] });
    expect(await recordsOf(image)).toContain(`approvals/${image}`);
    expect(await delayedTriggers()).toEqual([`approve ${image}`]);
  });

  test("a rebuild can be requested, which triggers a reconcile run without delay", async () => {
    const { status } = await call("POST", "/rebuild", { variant: core, reason: "a new agent" });

    expect(status).toBe(202);
    expect(await receiveTriggers()).toEqual(["rebuild request-1"]);
  });
});

describe("a call that no route accepts", () => {
  test.each([
    ["an empty path", "POST", "", 404, { error: "the path is empty", allowed: expect.arrayContaining(["GET /"]) }],
    ["an unknown path", "GET", "/x", 404, { error: "there is no /x", allowed: expect.arrayContaining(["GET /"]) }],
    ["another method", "PUT", "/revoke", 405, { error: "/revoke does not take PUT", allowed: ["POST"] }],
    ["an empty method", "", "/plan", 405, { error: "/plan does not take an empty method", allowed: ["GET"] }],
  ])("is refused because of %s", async (_, method, path, status, answer) => {
    expect(await call(method, path, {})).toEqual({ status, answer });
  });
});
