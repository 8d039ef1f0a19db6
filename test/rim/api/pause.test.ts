import { CreateKeyPairCommand, DescribeKeyPairsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { indexWorld } from "../../../functions/domain/indexed-world.ts";
import { checkAnswer } from "../../documented-answers.ts";
import { core, day } from "../../scene.ts";
import { type Aws, startAws } from "../aws.ts";
import { type Service, type Surroundings, startService, startSurroundings } from "../service.ts";

type Handler = (event: unknown, context: unknown) => Promise<{ statusCode: number; body: string }>;

const bucket = "pauses";
const mark = "packer_6f1c0a2e-0000-4000-8000-000000000000";
const by = "arn:aws:iam::123456789012:user/ann";
let aws: Aws;
let surroundings: Surroundings;
let service: Service;
let api: Handler;
let readPauses: typeof import("../../../functions/io/pauses.ts").readPauses;
let writePause: typeof import("../../../functions/io/pauses.ts").writePause;

beforeAll(async () => {
  aws = await startAws();
  surroundings = await startSurroundings(bucket);
  service = await startService(aws, surroundings, bucket);
  // No server listens there: CodeBuild and the release host are out of reach.
  const nowhere = "http://127.0.0.1:9";
  Object.assign(process.env, service.environment, {
    QUEUE_URL: await surroundings.queueUrl(),
    AWS_ENDPOINT_URL_CODEBUILD: nowhere,
    POWERTOOLS_LOG_LEVEL: "SILENT",
  });
  const policies = { kubernetesReleaseUrl: nowhere };
  vi.doMock("../../../config.ts", () => ({ config: { variants: [{ windows: 2022, kubernetes: "1.35" }], policies } }));
  api = (await import("../../../functions/api.ts")).handler as never;
  ({ readPauses, writePause } = await import("../../../functions/io/pauses.ts"));
});

afterAll(() => aws?.stop());

async function call(path: "/pause" | "/resume" | "/revoke" | "/unrevoke", body: object) {
  const requestContext = {
    requestId: "request-1",
    http: { method: "POST", path },
    authorizer: { iam: { userArn: by } },
  };
  const event = { version: "2.0", rawPath: path, requestContext, body: JSON.stringify(body), isBase64Encoded: false };
  const { statusCode, body: said } = await api(event, { getRemainingTimeInMillis: () => 3_600_000 });
  checkAnswer({ method: "POST", path, status: statusCode, body: said });
  return { status: statusCode, answer: JSON.parse(said) };
}

async function keys(): Promise<(string | undefined)[]> {
  const { Contents = [] } = await new S3Client({}).send(
    new ListObjectsV2Command({ Bucket: bucket, Prefix: "records/" }),
  );
  return Contents.map(({ Key }) => Key);
}

describe("while EC2, CodeBuild and upstream do not answer", () => {
  let lift: () => Promise<void>;
  beforeEach(async () => {
    lift = await aws.emulator.failCalls({ service: "ec2", code: "AccessDenied", status: 403 });
  });
  afterEach(async () => {
    await lift();
  });

  test.each([
    [core, `records/pauses/${core}`],
    ["*", "records/pauses/_everything"],
  ])("%s is paused and resumed", async (variant, key) => {
    const paused = await call("/pause", { variant, reason: "nodes crash" });

    expect(paused).toMatchObject({ status: 202, answer: { variant, changed: true, plan: null } });
    expect(await keys()).toEqual([key]);
    expect(await readPauses(bucket)).toEqual({ [variant]: { by, at: expect.any(Number), reason: "nodes crash" } });

    const resumed = await call("/resume", { variant, reason: "they do not" });

    expect(resumed).toMatchObject({ status: 202, answer: { variant, changed: true, pauses: [] } });
    expect(await keys()).toEqual([]);
  });

  test("each call triggers a reconcile run", async () => {
    const first = (await aws.emulator.calls()).length;
    await call("/pause", { variant: core, reason: "nodes crash" });
    await call("/resume", { variant: core, reason: "they do not" });

    const sent = (await aws.emulator.calls(first)).filter(({ operation }) => operation === "SendMessage");
    expect(sent.map(({ parameters }) => JSON.parse(String(parameters.MessageBody)).call)).toEqual(["pause", "resume"]);
  });
});

test("a dry run says what would be paused and writes nothing", async () => {
  const { status, answer } = await call("/pause", { variant: "*", reason: "nodes crash", dryRun: true });

  expect(status).toBe(200);
  expect(answer).toMatchObject({ changed: true, pauses: [{ variant: "*", by, reason: "nodes crash" }] });
  expect(await keys()).toEqual([]);
});

test.each([
  ["without a variant", { reason: "nodes crash" }, 400],
  ["of an unknown variant", { variant: "windows-95", reason: "nodes crash" }, 404],
])("a pause %s is refused with the variants and the sign for everything", async (_, body, status) => {
  const refused = await call("/pause", body);

  expect(refused.status).toBe(status);
  expect(JSON.stringify(refused.answer.allowed)).toMatch(/windows-2022-core-1\.35.*\*/);
  expect(await keys()).toEqual([]);
});

test("of two pauses at once the first stays", async () => {
  const pause = (reason: string) => writePause(bucket, core, { by, at: Date.parse("2026-11-04T12:00:00Z"), reason });

  expect([await pause("first"), await pause("second")]).toEqual([true, false]);
  expect((await readPauses(bucket))[core]?.reason).toBe("first");
  await call("/resume", { variant: core, reason: "done" });
});

test("a record that cannot be read pauses all the same, and says where it is", async () => {
  await new S3Client({}).send(new PutObjectCommand({ Bucket: bucket, Key: `records/pauses/${core}`, Body: "stop!" }));

  expect((await readPauses(bucket))[core]).toMatchObject({
    by: undefined,
    reason: expect.stringContaining(`its record records/pauses/${core} cannot be read`),
  });
  await call("/resume", { variant: core, reason: "done" });
});

test("a record that S3 does not hand out pauses since the same time, and nothing once it is gone", async () => {
  await call("/pause", { variant: core, reason: "nodes crash" });
  const before = (await readPauses(bucket))[core];
  const lift = await aws.emulator.failCalls({ operation: "GetObject", code: "InternalError", status: 500 });
  const unread = (await readPauses(bucket))[core];
  await lift();
  const { readRecords } = await import("../../../functions/io/records.ts");
  const records = await readRecords(bucket);
  await call("/resume", { variant: core, reason: "done" });

  expect(before).toMatchObject({ by, reason: "nodes crash" });
  expect(unread).toEqual({ by: undefined, at: before?.at, reason: expect.stringContaining("cannot be read") });
  expect(records.pauses).toHaveLength(1);
  expect(await readPauses(bucket, records)).toEqual({});
});

test("a pause counts from when S3 stored it, whatever its record says", async () => {
  const since = Date.now();
  await writePause(bucket, core, { by, at: 0, reason: "nodes crash" });

  expect((await readPauses(bucket))[core]?.at).toBeGreaterThan(since - day);
  await call("/resume", { variant: core, reason: "done" });
});

test("a pause stays as it is if another call writes or ends it at the same time", async () => {
  const lift = await aws.emulator.failCalls({
    operation: "PutObject",
    code: "ConditionalRequestConflict",
    status: 409,
  });
  const written = await writePause(bucket, core, { by, at: Date.now(), reason: "nodes crash" });
  await lift();

  expect(written).toBe(false);
});

test("a decision about an image during a pause says what the channels wait for", async () => {
  const image = await service.image("doubtful", 3);
  await call("/pause", { variant: "*", reason: "nodes crash" });

  await call("/revoke", { image, reason: "bad" });
  const { answer } = await call("/unrevoke", { image, reason: "good" });

  expect(answer.message).toContain(
    `stable holds nothing: ${image} is the first image of the channel; everything is paused since`,
  );
  await service.tag(image, { proof: "failed" });
  await call("/resume", { variant: "*", reason: "done" });
});

describe("a pause that comes while a reconcile run acts", () => {
  test("stops its publications", async () => {
    const image = await service.image("good", 2);
    const world = await service.observe();
    await writePause(bucket, "*", { by, at: Date.now(), reason: "nodes crash" });

    const outcomes = await service.act(world);

    const own = outcomes.filter(({ action }) => "image" in action && action.image === image);
    expect(own.map(({ action, result }) => `${action.do} ${result}`)).toEqual(["publish stale", "publish stale"]);
    expect(await service.holds("stable")).toBeUndefined();
    await call("/resume", { variant: "*", reason: "done" });
  });

  test("stops its builds before they are ordered", async () => {
    const { act } = await import("../../../functions/reconcile/act.ts");
    const { scene } = await import("../../scene.ts");
    const world = indexWorld(scene().world);
    const build = scene().building();
    await writePause(bucket, core, { by, at: Date.now(), reason: "nodes crash" });

    const [outcome] = await act([build], world, service.environment, () => world.now);

    expect(outcome).toMatchObject({ action: { do: "build" }, result: "stale" });
    await call("/resume", { variant: core, reason: "done" });
  });

  test("stops its sweep", async () => {
    const { act } = await import("../../../functions/reconcile/act.ts");
    const { scene } = await import("../../scene.ts");
    const ec2 = new EC2Client({});
    const { KeyPairId: id = "" } = await ec2.send(new CreateKeyPairCommand({ KeyName: mark }));
    const left = { type: "key-pair", id, mark } as const;
    const { world } = scene().left(left);
    const sweep = scene()
      .left(left)
      .actions()
      .filter(({ do: what }) => what === "sweep");
    await writePause(bucket, core, { by, at: Date.now(), reason: "nodes crash" });

    const during = await act(sweep, indexWorld(world), service.environment, () => world.now);
    const stays = await ec2.send(new DescribeKeyPairsCommand({ KeyNames: [mark] }));
    await call("/resume", { variant: core, reason: "done" });
    const after = await act(sweep, indexWorld(world), service.environment, () => world.now);

    expect(during).toMatchObject([{ action: { do: "sweep", resource: id }, result: "stale" }]);
    expect(stays.KeyPairs).toHaveLength(1);
    expect(after).toMatchObject([{ action: { do: "sweep", resource: id }, result: "done" }]);
  });
});
