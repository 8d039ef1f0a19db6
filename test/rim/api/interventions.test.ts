import { ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
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

beforeAll(async () => {
  aws = await startAws();
  surroundings = await startSurroundings("interventions");
  service = await startService(aws, surroundings, "interventions");
  queueUrl = await surroundings.queueUrl();
  // Nobody listens there: CodeBuild and the release host are out of reach.
  const nowhere = "http://127.0.0.1:9";
  Object.assign(process.env, service.environment, { QUEUE_URL: queueUrl, AWS_ENDPOINT_URL_CODEBUILD: nowhere });
  const policies = { kubernetesReleaseUrl: nowhere };
  vi.doMock("../../config.ts", () => ({ config: { variants: [{ windows: 2022, kubernetes: "1.35" }], policies } }));
  api = (await import("../../../functions/api.ts")).handler as never;
}, 120_000);

beforeEach(async () => {
  await aws.emulator.parameterValidation({ delayMs: 20 });
  const down = { code: "AccessDenied", status: 403 };
  lift = [
    await aws.emulator.failCalls({ service: "s3", ...down }),
    await aws.emulator.failCalls({ service: "ssm", operation: "GetParameters", ...down }),
  ];
});

afterEach(async () => {
  for (const end of lift) await end();
});

afterAll(() => aws?.stop());

async function call(path: string, body: object) {
  const requestContext = {
    requestId: "request",
    http: { method: "POST", path },
    authorizer: { iam: { userArn: "arn:aws:iam::123456789012:user/ann" } },
  };
  const event = { version: "2.0", rawPath: path, requestContext, body: JSON.stringify(body), isBase64Encoded: false };
  const { statusCode, body: said } = await api(event, {});
  return { status: statusCode, answer: JSON.parse(said) };
}

async function wakings(): Promise<string[]> {
  const { Messages = [] } = await new SQSClient({}).send(
    new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10 }),
  );
  return Messages.map(({ Body = "" }) => JSON.parse(Body).call);
}

async function revokedImages(): Promise<string[]> {
  const { readImages } = await import("../../../functions/io/images.ts");
  return (await readImages("interventions")).filter(({ revoked }) => revoked).map(({ id }) => id);
}

describe("while CodeBuild, S3, public parameters and the release host do not answer", () => {
  test("a bad image can be revoked: it is tagged, reconcile is woken, and the answer says why nobody knows the plan", async () => {
    const image = await service.image("bad", 5);

    const { status, answer } = await call("/revoke", { image, reason: "pods lose DNS" });

    expect({ status, answer }).toMatchObject({
      status: 202,
      answer: { variant: core, image, plan: null, planUnknown: expect.stringMatching(/^reading /) },
    });
    expect(await revokedImages()).toEqual([image]);
    expect(await wakings()).toEqual([`revoke ${image}`]);
  });

  test("a channel can be rolled back", async () => {
    const [older, newer] = [await service.image("older", 4), await service.image("newer", 3)];
    const { writeChannel } = await import("../../../functions/io/channels.ts");
    await writeChannel(service.environment, core, "stable", newer, true);
    await vi.waitFor(async () => expect(await service.holds("stable")).toBe(newer));

    const { status, answer } = await call("/rollback", { variant: core, image: newer, reason: "pods lose DNS" });

    expect({ status, answer }).toMatchObject({
      status: 202,
      answer: { image: newer, plan: null, message: expect.stringContaining(`goes back from ${newer} to ${older}`) },
    });
    expect(await revokedImages()).toContain(newer);
    expect(await wakings()).toEqual([`rollback ${newer}`]);
  });
});
