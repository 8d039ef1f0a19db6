import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateTopicCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { CreateQueueCommand, GetQueueAttributesCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { BuildOrder } from "../../functions/build-orders.ts";
import type { Environment } from "../../functions/environment.ts";
import type { Fact } from "../../functions/facts.ts";
import type { Action } from "../../functions/plan.ts";
import { type Aws, startAws } from "./aws.ts";

const variant = "windows-2022-core-1.35";
let aws: Aws;
let environment: Environment;
let inboxUrl: string;
let functions: {
  act: typeof import("../../functions/act.ts").act;
  channels: typeof import("../../functions/channels.ts");
  requests: typeof import("../../functions/requests.ts");
  announcements: typeof import("../../functions/announcements.ts");
};

beforeAll(async () => {
  aws = await startAws();
  const { TopicArn = "" } = await new SNSClient({}).send(new CreateTopicCommand({ Name: "news" }));
  await new S3Client({}).send(new CreateBucketCommand({ Bucket: "artifacts" }));
  const sqs = new SQSClient({});
  const { QueueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName: "inbox" }));
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }));
  await new SNSClient({}).send(new SubscribeCommand({ TopicArn, Protocol: "sqs", Endpoint: Attributes?.QueueArn }));
  inboxUrl = QueueUrl;
  environment = {
    STAGE: "test",
    RECIPE: "a".repeat(64),
    PROJECT_NAME: "project",
    TOPIC_ARN: TopicArn,
    QUEUE_URL: QueueUrl,
    BUCKET: "artifacts",
    CHANNELS_PREFIX: "/test/channels",
    REQUESTS_PREFIX: "/test/requests",
  };
  functions = {
    act: (await import("../../functions/act.ts")).act,
    channels: await import("../../functions/channels.ts"),
    requests: await import("../../functions/requests.ts"),
    announcements: await import("../../functions/announcements.ts"),
  };
});

afterAll(() => aws?.stop());

function published(image: string, channel: "candidate" | "stable" = "candidate"): Fact {
  const at = aws.clock.now().getTime();
  const key = `published/${channel}/${image}`;
  return {
    kind: "published",
    key,
    variant,
    at,
    channel,
    image,
    previous: undefined,
    inputs: {},
    reasons: ["a test"],
    token: undefined,
  };
}

async function receive() {
  const { Messages = [] } = await new SQSClient({}).send(
    new ReceiveMessageCommand({ QueueUrl: inboxUrl, MaxNumberOfMessages: 10 }),
  );
  return Messages.map(({ Body = "" }) => JSON.parse(Body));
}

test("a fact is told as JSON to machines, with attributes to filter by, and then recorded", async () => {
  await functions.announcements.announce(environment.TOPIC_ARN, environment.BUCKET, published("ami-1"));

  const [message] = await receive();
  expect(JSON.parse(message.Message)).toMatchObject({
    kind: "published",
    image: "ami-1",
    text: expect.stringContaining("a test"),
  });
  expect(message.MessageAttributes).toMatchObject({
    kind: { Value: "published" },
    variant: { Value: variant },
    channel: { Value: "candidate" },
  });
  expect(await functions.announcements.readAnnounced("artifacts")).toContain("published/candidate/ami-1");
});

test("a fact that could not be sent is not recorded", async () => {
  const nowhere = `${environment.TOPIC_ARN}-gone`;
  await expect(functions.announcements.announce(nowhere, "artifacts", published("ami-2"))).rejects.toThrow();
  expect(await functions.announcements.readAnnounced("artifacts")).not.toContain("published/candidate/ami-2");
});

test("a channel reads back what was written once Parameter Store has accepted the image, and describes it", async () => {
  const image = await aws.emulator.addPublicImage({ name: "ours" });
  await functions.channels.writeChannel("/test/channels", variant, "stable", image);

  await vi.waitFor(async () => {
    const channels = await functions.channels.readChannels("/test/channels");
    expect(channels[variant]?.stable).toMatchObject({ image, holds: { status: "described", state: "available" } });
  });
});

test("a write that Parameter Store rejects afterwards leaves the channel as it was", async () => {
  const channelParameter = functions.channels.channelParameter("/test/channels", variant, "candidate");
  await functions.channels.writeChannel("/test/channels", variant, "candidate", "ami-0000000000000dead");

  await vi.waitFor(async () => {
    const events = await aws.emulator.events();
    expect(events.some(({ detail }) => detail.name === channelParameter && detail.exception)).toBe(true);
  });
  expect((await functions.channels.readChannels("/test/channels"))[variant]?.candidate).toBeUndefined();
});

test("a request survives whatever its reason says", async () => {
  const request = {
    id: "r1",
    reason: 'because {{of}} "that" {{{',
    by: "arn:aws:iam::1:user/a",
    at: "2026-11-04T12:00:00Z",
  };
  await functions.requests.writeRequest("/test/requests", variant, request);
  expect(await functions.requests.readRequests("/test/requests")).toEqual({ [variant]: request });
});

test("a mail that cannot be sent holds back the channel it is about and nothing else", async () => {
  const image = await aws.emulator.addPublicImage({ name: "next" });
  const publish = (channel: "candidate" | "stable"): Action => ({
    do: "publish",
    variant,
    channel,
    image,
    previous: undefined,
    reasons: [],
  });
  const actions: Action[] = [
    { do: "announce", variant, fact: published("ami-3", "candidate") },
    publish("candidate"),
    publish("stable"),
    { do: "nothing", variant, reasons: [] },
  ];

  const outcomes = await functions.act(actions, { ...environment, TOPIC_ARN: `${environment.TOPIC_ARN}-gone` });

  expect(outcomes.map(({ action, result }) => [action.do, "channel" in action ? action.channel : "", result])).toEqual([
    ["announce", "", "failed"],
    ["publish", "stable", "done"],
    ["nothing", "", "done"],
  ]);
});

/** For a project that does not exist. */
const order: BuildOrder = {
  variant,
  purpose: "build",
  inputs: { baseAmi: "ami-1", kubernetes: "1.35.7", patchTuesday: "2026-10-13", recipe: "a", settings: "b" },
  attempt: 1,
  token: "0".repeat(64),
  variables: {},
};

test("one variant's failing action does not keep another's from being done", async () => {
  const image = await aws.emulator.addPublicImage({ name: "other" });
  const actions: Action[] = [
    { do: "build", variant: "broken", order: { ...order, variant: "broken" }, reasons: [] },
    { do: "publish", variant: "whole", channel: "stable", image, previous: undefined, reasons: [] },
  ];

  const outcomes = await functions.act(actions, environment);

  expect(outcomes.map(({ action, result }) => [action.variant, result])).toEqual([
    ["broken", "failed"],
    ["whole", "done"],
  ]);
});
