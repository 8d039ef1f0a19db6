import { CreateQueueCommand, GetQueueAttributesCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import type { Deployment } from "../../../local/deploy/deployment.ts";
import { startFunctions } from "../../../local/lambda/functions.ts";
import { eventually } from "../eventually.ts";
import { type FixtureStack, startFixtureStack } from "../fixture/stack.ts";

let stack: FixtureStack;

beforeAll(async () => {
  stack = await startFixtureStack();
});

afterAll(() => stack?.stop());

/** A function at work that is fed from a queue. */
async function start(handler: string, name: string) {
  const { url: endpoint, region, credentials } = stack.emulator;
  const sqs = new SQSClient({ endpoint, region, credentials });
  const { QueueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }));
  const fn = await stack.deploy(handler, { name });
  const queue = { url: QueueUrl, arn: Attributes?.QueueArn ?? "" };
  const eventSource = { queue, batchSize: 10, windowSeconds: 0, partialBatchResponse: false };
  const failures: string[] = [];
  const functions = await startFunctions({
    deployment: { reconcile: { ...fn, eventSource }, api: fn } as unknown as Deployment,
    host: stack.host,
    now: () => stack.clock.now(),
    onFailure: ({ message }) => failures.push(message),
    onFailedInvocation: ({ message }) => failures.push(message),
  });
  onTestFinished(() => functions.stop());
  const send = (MessageBody: string) => sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  const lines = () => stack.log.filter(({ functionName }) => functionName === name);
  return { functions, failures, send, lines };
}

test("a killed function fails as Lambda reports it, and its message comes again", async () => {
  const { functions, failures, send, lines } = await start("handlers.waiting", "killed");

  await send("work");
  await eventually("the function runs", async () => lines().length > 0);
  functions.kill();
  await eventually("the failure is reported", async () => failures.length > 0);
  stack.clock.advanceBy(60_000);
  await eventually("the function runs again", async () => lines().length > 1);

  expect(failures).toEqual([expect.stringMatching(/^killed failed: Runtime\.ExitError: .*the process was killed$/)]);
});

test("messages that are delivered three times are handled three times, one after the other", async () => {
  const { functions, failures, send, lines } = await start("handlers.noting", "tripled");

  functions.deliver(3);
  await send("once");
  await functions.idle();

  expect(lines().map(({ text }) => text)).toEqual([
    "once begins",
    "once ends",
    "once begins",
    "once ends",
    "once begins",
    "once ends",
  ]);
  expect(new Set(lines().map(({ requestId }) => requestId)).size).toBe(3);
  expect(failures).toEqual([]);
});
