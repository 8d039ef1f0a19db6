import { EC2Client, RunInstancesCommand } from "@aws-sdk/client-ec2";
import { CreateClusterCommand, EKSClient } from "@aws-sdk/client-eks";
import { ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { parseConfiguration } from "../../../functions/config/configuration.ts";
import { publishAll } from "../../../local/aws/public-images.ts";
import { checkAnswer } from "../../documented-answers.ts";
import { core, day } from "../../scene.ts";
import { type Aws, startAws } from "../aws.ts";
import { type CodeBuild, startCodeBuild } from "../codebuild.ts";
import { type Service, startService, startSurroundings } from "../service.ts";

type Handler = (event: unknown, context: unknown) => Promise<{ statusCode: number; body: string }>;

const bucket = "fleets";
const by = "arn:aws:iam::123456789012:user/ann";
const reason = "a new agent";
const pool = {
  name: "pool",
  variant: core,
  kind: "karpenter" as const,
  cluster: "production",
  group: "windows",
  parameter: "own" as const,
  mode: "roll" as const,
  window: "always" as const,
};
const config = { variants: [{ windows: 2022 as const, kubernetes: "1.35" }], fleets: [pool] };
let aws: Aws;
let codebuild: CodeBuild;
let service: Service;
let api: Handler;
/** The pool's one node runs the older image, and the channel holds the newer one. */
let older: string;
let newer: string;

beforeAll(async () => {
  aws = await startAws();
  codebuild = await startCodeBuild("project", () => new Date());
  codebuild.reset();
  await publishAll(aws.emulator, new Date(Date.now() - day));
  aws.upstream.setKubernetes("1.35.7");
  const surroundings = await startSurroundings(bucket);
  service = await startService(aws, surroundings, bucket);
  Object.assign(process.env, service.environment, {
    QUEUE_URL: await surroundings.queueUrl(),
    AWS_ENDPOINT_URL_CODEBUILD: codebuild.url,
    AWS_ENDPOINT_URL_EKS: aws.emulator.url,
    POWERTOOLS_LOG_LEVEL: "SILENT",
  });
  const policies = { kubernetesReleaseUrl: aws.upstream.url };
  vi.doMock("../../../config.ts", () => ({ config: { ...config, policies } }));
  api = (await import("../../../functions/api.ts")).handler as never;
  older = await service.image("older", 9);
  newer = await service.image("newer", 2);
  await service.reconcile();
  await service.settled();
  await startPool();
});

afterAll(async () => {
  await codebuild?.stop();
  await aws?.stop();
});

async function startPool(): Promise<void> {
  const { cluster: name, group } = pool;
  const roleArn = `arn:aws:iam::${aws.emulator.accountId}:role/cluster`;
  await new EKSClient({}).send(
    new CreateClusterCommand({ name, version: "1.35", roleArn, resourcesVpcConfig: { subnetIds: [] } }),
  );
  const Tags = [
    { Key: "karpenter.sh/nodepool", Value: group },
    { Key: `kubernetes.io/cluster/${name}`, Value: "owned" },
  ];
  const TagSpecifications = [{ ResourceType: "instance" as const, Tags }];
  await new EC2Client({}).send(
    new RunInstancesCommand({ ImageId: older, MinCount: 1, MaxCount: 1, TagSpecifications }),
  );
  await new SSMClient({}).send(
    new PutParameterCommand({ Name: `${service.environment.FLEETS_PREFIX}/pool`, Value: older, Type: "String" }),
  );
}

async function call(method: "GET" | "POST", path: string, body?: object) {
  const requestContext = { requestId: "request-1", http: { method, path }, authorizer: { iam: { userArn: by } } };
  const event = { version: "2.0", rawPath: path, headers: {}, requestContext, body: body && JSON.stringify(body) };
  const { statusCode, body: said } = await api(event, { getRemainingTimeInMillis: () => 3_600_000 });
  checkAnswer({ method, path, status: statusCode, body: said });
  return { status: statusCode, answer: JSON.parse(said) };
}

async function keys(kinds: RegExp): Promise<string[]> {
  const { Contents = [] } = await new S3Client({}).send(
    new ListObjectsV2Command({ Bucket: bucket, Prefix: "records/" }),
  );
  return Contents.map(({ Key = "" }) => Key).filter((key) => kinds.test(key));
}

async function fleetRecords() {
  const { readImagesAndPauses } = await import("../../../functions/io/recorded-images.ts");
  const { fleets } = parseConfiguration(config);
  return (await readImagesAndPauses(service.environment, { fleets })).fleetRecords;
}

/** What the calls told the queue since then. */
async function triggersSince(first: number): Promise<string[]> {
  const sent = (await aws.emulator.calls(first)).filter(({ operation }) => operation === "SendMessage");
  return sent.map(({ parameters }) => JSON.parse(String(parameters.MessageBody)).call);
}

describe("while EC2, CodeBuild and EKS do not answer", () => {
  let lift: (() => Promise<void>)[];
  beforeEach(async () => {
    lift = await Promise.all(
      ["ec2", "eks"].map((name) => aws.emulator.failCalls({ service: name, code: "AccessDenied", status: 403 })),
    );
  });
  afterEach(async () => {
    for (const end of lift) await end();
  });

  test("a fleet is held and released, and each call triggers a reconcile run", async () => {
    const first = (await aws.emulator.calls()).length;
    const held = await call("POST", "/hold", { fleet: "pool", reason });

    expect(held).toMatchObject({
      status: 202,
      answer: { fleet: "pool", changed: true, holds: [{ fleet: "pool", by, reason }], plan: null },
    });
    expect(await keys(/holds/)).toEqual(["records/holds/pool"]);

    const released = await call("POST", "/release", { fleet: "pool", reason });

    expect(released).toMatchObject({ status: 202, answer: { fleet: "pool", changed: true, holds: [] } });
    expect(await keys(/holds/)).toEqual([]);
    expect(await keys(/releases/)).toEqual(["records/releases/pool/released"]);
    expect(await triggersSince(first)).toEqual(["hold", "release"]);
  });

  test("a dry run says what it would do and writes nothing", async () => {
    const before = await keys(/holds|releases/);
    const { status, answer } = await call("POST", "/hold", { fleet: "pool", reason, dryRun: true });

    expect(status).toBe(200);
    expect(answer).toMatchObject({ changed: true, holds: [{ fleet: "pool", by, reason }] });
    expect(await keys(/holds|releases/)).toEqual(before);
  });
});

describe("the records of a fleet", () => {
  test("say who holds it, and when somebody last released it", async () => {
    await call("POST", "/hold", { fleet: "pool", reason });
    const during = await fleetRecords();
    await call("POST", "/release", { fleet: "pool", reason });
    const after = await fleetRecords();

    expect(during?.holds).toEqual({ pool: { by, at: expect.any(Number), reason } });
    expect(after?.holds).toEqual({});
    expect(after?.histories.pool?.releasedAt).toBeGreaterThanOrEqual(during?.holds.pool?.at as number);
  });

  test("have a person's order, which the next run carries out", async () => {
    const tried = await call("POST", "/rollout", { fleet: "pool", reason, dryRun: true });
    const first = (await aws.emulator.calls()).length;
    const ordered = await call("POST", "/rollout", { fleet: "pool", image: newer, reason });

    const records = [`rollout-orders/pool/${newer}`];
    const plan = [{ do: "point", variant: core, fleet: "pool", image: newer, from: older }];
    const said = { fleet: "pool", image: newer, changed: true, records };
    expect(tried).toMatchObject({
      status: 200,
      answer: { ...said, dryRun: true, plan: expect.arrayContaining(plan.map((one) => expect.objectContaining(one))) },
    });
    expect(ordered).toMatchObject({
      status: 202,
      answer: { ...said, message: expect.stringContaining("the next reconcile run begins") },
    });
    expect(await triggersSince(first)).toEqual(["rollout pool"]);
    expect((await fleetRecords())?.histories.pool?.orders).toMatchObject([{ image: newer, force: false }]);
    const next = await call("GET", "/plan");
    expect(next.answer.actions).toContainEqual(expect.objectContaining({ do: "point", fleet: "pool", image: newer }));
  });
});

test("GET / says what the fleet's nodes run", async () => {
  const { answer } = await call("GET", "/");

  expect(answer.fleets).toMatchObject([
    {
      fleet: "pool",
      desired: newer,
      starts: older,
      parameter: `${service.environment.FLEETS_PREFIX}/pool`,
      nodes: [{ image: older, count: 1 }],
      nodesBehind: 1,
      hold: null,
    },
  ]);
});

test.each([
  ["/rollout", {}, 400],
  ["/hold", { fleet: "web" }, 404],
  ["/release", { fleet: "web" }, 404],
  ["/rollout", { fleet: "web" }, 404],
])("POST %s about %j is refused with the fleets that there are", async (path, body, status) => {
  const refused = await call("POST", path, { reason, ...body });

  expect(refused).toMatchObject({ status, answer: { allowed: { fleet: expect.anything() } } });
  expect(JSON.stringify(refused.answer.allowed)).toContain("pool");
});
