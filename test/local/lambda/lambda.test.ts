import { readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import type { SQSEvent } from "aws-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Deployment } from "../../../local/deploy/deployment.ts";
import { bundleHandler } from "../../../local/lambda/bundle.ts";
import { type EventSourceMapping, startEventSource } from "../../../local/lambda/event-source.ts";
import type { DeployedFunction, Invocation } from "../../../local/lambda/function.ts";
import { startFunctions } from "../../../local/lambda/functions.ts";
import { invoke } from "../../../local/lambda/invoke.ts";
import { type FixtureStack, root, startFixtureStack } from "../fixture/stack.ts";

let stack: FixtureStack;
let sqs: SQSClient;

beforeAll(async () => {
  stack = await startFixtureStack();
  const { url: endpoint, region, credentials } = stack.emulator;
  sqs = new SQSClient({ endpoint, region, credentials });
});

afterAll(() => stack?.stop());

describe("A bundle", () => {
  test("holds everything that the function needs in one file", async () => {
    const fn = await stack.deploy("handlers.surroundings", { name: "self-contained" });

    expect(readdirSync(fn.bundleDir).sort()).toEqual(["bundle.mjs", "bundle.mjs.map"]);
    expect(fn.lambdaHandler).toBe("bundle.surroundings");
  });

  test("contains another configuration on request", async () => {
    const configFile = path.join(stack.dir, "other-config.ts");
    writeFileSync(
      configFile,
      `import { config as original } from ${JSON.stringify(path.join(root, "config.ts"))};
       export const config = { ...original, variants: original.variants.map((v) => ({ ...v, name: "overlaid" })) };`,
    );
    const fn = await stack.deploy("handlers.surroundings", { name: "overlaid", configFile });

    const result = await resultOf<{ variants: string[] }>(fn, {});

    expect(new Set(result.variants)).toEqual(new Set(["overlaid"]));
  });

  test("with an error says where the error is", async () => {
    writeFileSync(path.join(stack.dir, "faulty.ts"), 'import "./nowhere.ts";\nexport function handler() {}\n');

    const bundle = await bundleHandler({ root: stack.dir, handler: "faulty.handler", outDir: stack.dir });

    expect(bundle.errors).toEqual(['Could not resolve "./nowhere.ts" faulty.ts:1']);
  });
});

describe("An invocation", () => {
  test("sees the deployed environment and nothing of the process that starts it", async () => {
    const environment = { STAGE: "rehearsal", POWERTOOLS_SERVICE_NAME: "reconcile" };
    const fn = await stack.deploy("handlers.surroundings", { name: "enclosed", environment });

    const result = await resultOf<Surroundings>(fn, { trigger: "test" });

    expect(result.event).toEqual({ trigger: "test" });
    expect(result.environment).toMatchObject({ ...environment, AWS_REGION: "us-east-1", HOME: fn.bundleDir });
    const ownNames = /^(AWS_|LAMBDA_|STAGE$|POWERTOOLS_SERVICE_NAME$|STACK_CLOCK$|_HANDLER$|PATH$|HOME$|LANG$|TZ$)/;
    expect(Object.keys(result.environment).filter((name) => !ownNames.test(name))).toEqual([]);
  });

  test("begins after what moves only when it is told to has come to the present", async () => {
    const fn = await stack.deploy("handlers.surroundings", { name: "in-the-present" });
    let isPresent = false;
    const beforeEach = async () => {
      isPresent = true;
    };

    const refused = await invoke(fn, {}, { ...stack.host, beforeEach: () => Promise.reject(new Error("stuck")) }).catch(
      String,
    );
    await invoke(fn, {}, { ...stack.host, beforeEach });

    expect(refused).toBe("Error: stuck");
    expect(isPresent).toBe(true);
  });

  test("calls AWS as its deployed role", async () => {
    const fn = await stack.deploy("handlers.surroundings", { name: "in-its-role" });

    const result = await resultOf<Surroundings>(fn, {});

    expect(result.caller).toBe("arn:aws:sts::123456789012:assumed-role/in-its-role/in-its-role");
    expect(result.function).toBe("arn:aws:lambda:us-east-1:123456789012:function:in-its-role");
  });

  test("runs in the stack's time and knows its remaining time", async () => {
    const fn = await stack.deploy("handlers.surroundings", { name: "timed", timeoutSeconds: 900 });
    const before = stack.clock.now().getTime();

    const result = await resultOf<Surroundings>(fn, {});

    expect(Date.parse(result.time)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(result.time)).toBeLessThanOrEqual(stack.clock.now().getTime());
    expect(result.remaining).toBeGreaterThan(0);
    expect(result.remaining).toBeLessThanOrEqual(900_000);
  });

  test("on a host that grants ten times the timeout has that much time, also for its own limits", async () => {
    const fn = await stack.deploy("handlers.impatient", { timeoutSeconds: 900 });
    const host = { ...stack.host, timeoutFactor: 10 };

    const { remaining, waited } = await resultOf<{ remaining: number; waited: number }>(fn, {}, host);

    expect(remaining).toBeGreaterThan(900_000);
    expect(waited).toBeGreaterThanOrEqual(490);
  });

  test("on such a host has ten times the limits of its requests, whether deployed or by default", async () => {
    const fn = await stack.deploy("handlers.surroundings", { environment: { REQUEST_TIMEOUT_MS: "5000" } });
    const host = { ...stack.host, timeoutFactor: 10 };

    const { environment } = await resultOf<Surroundings>(fn, {}, host);

    expect(environment).toMatchObject({ CONNECT_TIMEOUT_MS: "50000", REQUEST_TIMEOUT_MS: "50000" });
  });

  test("logs line by line, with a record for each structured line", async () => {
    const fn = await stack.deploy("handlers.logging", { name: "talkative" });

    await resultOf(fn, { reasons: ["kubernetes 1.35.7 → 1.35.8", "settings"] });

    const lines = stack.log.filter(({ functionName }) => functionName === "talkative");
    expect(lines.map(({ record }) => record?.reason)).toEqual(["kubernetes 1.35.7 → 1.35.8", "settings", undefined]);
    expect(lines[0]?.record).toMatchObject({ service: "reconcile", function_request_id: lines[0]?.requestId });
    expect(lines[2]?.text).toBe("no newline at the end");
  });

  test("that throws returns the error's type, message and stack", async () => {
    const fn = await stack.deploy("handlers.throwing");

    const error = await errorOf(fn);

    expect(error).toMatchObject({ phase: "invoke", errorType: "RangeError", errorMessage: "observing images" });
    expect(error?.stackTrace[0]).toContain("throwing");
  });

  test("of a function without a required variable fails at the start and names it", async () => {
    const fn = await stack.deploy("needy.handler");

    const without = await errorOf(fn);
    const result = await resultOf({ ...fn, environment: { PROJECT_NAME: "images" } }, {});

    expect(without).toMatchObject({ phase: "init", errorMessage: "reading the environment: PROJECT_NAME is missing" });
    expect(result).toBe("images");
  });

  test("of a missing handler reports that", async () => {
    const fn = await stack.deploy("needy.handler", { name: "misnamed", environment: { PROJECT_NAME: "images" } });

    const error = await errorOf({ ...fn, lambdaHandler: "bundle.missing" });

    expect(error).toMatchObject({ phase: "init", errorType: "Runtime.HandlerNotFound" });
  });

  test("ends at its timeout", async () => {
    const fn = await stack.deploy("handlers.hanging", { timeoutSeconds: 1 });

    const error = await errorOf(fn);

    expect(error?.errorType).toBe("Sandbox.Timedout");
    expect(error?.errorMessage).toContain("Task timed out after 1.00 seconds");
  });

  test("that answers with more than 6 MB fails; a quote inside a text counts twice", async () => {
    const fn = await stack.deploy("handlers.talkative");

    const [most, more] = [
      await invoke(fn, { quotes: 3_000_000 }, stack.host),
      await invoke(fn, { quotes: 3_200_000 }, stack.host),
    ];

    expect(most.ok).toBe(true);
    expect(more).toMatchObject({ ok: false, error: { errorType: "Function.ResponseSizeTooLarge" } });
  });

  test("that waits for something that can never happen ends without an answer", async () => {
    const fn = await stack.deploy("handlers.stranded");

    const error = await errorOf(fn);

    expect(error?.errorType).toBe("Runtime.ExitError");
  });

  test("ends when the stack is stopped", async () => {
    const fn = await stack.deploy("handlers.hanging", { name: "stopped" });
    const stop = new AbortController();

    const running = invoke(fn, {}, { ...stack.host, signal: stop.signal });
    stop.abort();

    expect(await running).toMatchObject({ ok: false, error: { errorType: "Runtime.ExitError" } });
  });
});

describe("The event source", () => {
  test("hands over a burst of messages as one batch and empties the queue", async () => {
    const queue = await createQueue("storm");
    await send(
      queue.url,
      Array.from({ length: 25 }, (_, number) => `message ${number}`),
    );

    const { batches } = await feed({ queue, batchSize: 25, windowSeconds: 300, partialBatchResponse: false });

    expect(batches).toHaveLength(1);
    const records = batches[0]?.event.Records ?? [];
    expect(new Set(records.map(({ body }) => body)).size).toBe(25);
    expect(records[0]).toMatchObject({
      eventSource: "aws:sqs",
      eventSourceARN: queue.arn,
      awsRegion: "us-east-1",
      attributes: { ApproximateReceiveCount: "1" },
      messageAttributes: { origin: { dataType: "String", stringValue: "test", stringListValues: [] } },
    });
    expect(await count(queue.url)).toBe(0);
  });

  test("hands over what is there after a window of a fraction of a second", async () => {
    const queue = await createQueue("short-window");
    await send(
      queue.url,
      Array.from({ length: 12 }, (_, number) => `message ${number}`),
    );

    const { batches } = await feed({ queue, batchSize: 100, windowSeconds: 0.1, partialBatchResponse: false });

    expect(batches.map(({ event }) => event.Records.length)).toEqual([12]);
  });

  test("retries a failed batch until it moves to the dead-letter queue", async () => {
    const deadLetters = await createQueue("broken-dead");
    const queue = await createQueue("broken", {
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: deadLetters.arn, maxReceiveCount: 2 }),
    });
    await send(queue.url, ["break"]);

    const { batches } = await feed({
      queue,
      batchSize: 10,
      windowSeconds: 0,
      partialBatchResponse: false,
      hideFailedSeconds: 0,
    });

    expect(batches.map(({ invocation }) => invocation.ok)).toEqual([false, false]);
    expect(await count(queue.url)).toBe(0);
    expect(await bodies(deadLetters.url)).toEqual(["break"]);
  });

  test("keeps only the messages that the function reports as failed", async () => {
    const deadLetters = await createQueue("partial-dead");
    const queue = await createQueue("partial", {
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: deadLetters.arn, maxReceiveCount: 1 }),
    });
    await send(queue.url, ["good", "bad", "fine"]);

    await feed({ queue, batchSize: 10, windowSeconds: 0, partialBatchResponse: true, hideFailedSeconds: 0 });

    expect(await bodies(deadLetters.url)).toEqual(["bad"]);
  });

  test("invokes one batch at a time", async () => {
    const queue = await createQueue("one-at-a-time");
    await send(queue.url, ["first", "second", "third"]);

    const { batches } = await feed({ queue, batchSize: 1, windowSeconds: 0, partialBatchResponse: false });

    expect(batches).toHaveLength(3);
    expect(Math.max(...batches.map(({ running }) => running))).toBe(1);
  });

  test("can be left by a caller that waits for it to be idle while the function runs", async () => {
    const queue = await createQueue("interrupted");
    await send(queue.url, ["work"]);
    const [running, answer] = [Promise.withResolvers<void>(), Promise.withResolvers<Invocation>()];
    const source = startEventSource({
      sqs,
      mapping: { queue, batchSize: 1, windowSeconds: 0, partialBatchResponse: false },
      invoke: () => {
        running.resolve();
        return answer.promise;
      },
      onFailure: () => undefined,
    });
    const interruption = new AbortController();
    await running.promise;

    const idle = source.idle(interruption.signal);
    interruption.abort(new Error("stopped by SIGINT"));

    await expect(idle).rejects.toThrow("stopped by SIGINT");
    answer.resolve({ ok: true, result: null, requestId: "", milliseconds: 0 });
    await source.stop();
  });

  test("reports a failed invocation with the function's own error", async () => {
    const queue = await createQueue("failing");
    const fn = await stack.deploy("handlers.throwing", { name: "failing" });
    const mapping = { queue, batchSize: 1, windowSeconds: 0, partialBatchResponse: false };
    const failed = Promise.withResolvers<Error>();
    const functions = await startFunctions({
      deployment: { reconcile: { ...fn, eventSource: mapping }, api: fn } as unknown as Deployment,
      host: stack.host,
      now: () => stack.clock.now(),
      onFailure: failed.reject,
      onFailedInvocation: failed.resolve,
    });

    await send(queue.url, ["message"]);

    expect((await failed.promise).message).toBe("failing failed: RangeError: observing images");
    await functions.stop();
  });

  test("reports that its queue cannot be reached", async () => {
    const url = `${stack.emulator.url}/123456789012/nowhere`;
    const failed = Promise.withResolvers<Error>();

    const source = startEventSource({
      sqs,
      mapping: { queue: { url, arn: "" }, batchSize: 1, windowSeconds: 0, partialBatchResponse: false },
      invoke: async () => ({ requestId: "", milliseconds: 0, ok: true, result: null }),
      onFailure: failed.resolve,
    });

    expect((await failed.promise).message).toBe(`polling ${url}`);
    await expect(source.idle()).rejects.toThrow(`polling ${url}`);
  });
});

type Surroundings = {
  event: unknown;
  caller: string;
  environment: Record<string, string>;
  time: string;
  function: string;
  remaining: number;
};

async function resultOf<Result>(fn: DeployedFunction, event: unknown, host = stack.host): Promise<Result> {
  const invocation = await invoke(fn, event, host);
  if (!invocation.ok) throw new Error(`${invocation.error.errorType}: ${invocation.error.errorMessage}`);
  return invocation.result as Result;
}

async function errorOf(fn: DeployedFunction) {
  const invocation = await invoke(fn, {}, stack.host);
  return invocation.ok ? undefined : invocation.error;
}

/** Feeds the fixture's `messages` from a queue until the queue is empty. */
async function feed(mapping: EventSourceMapping) {
  const fn = await stack.deploy("handlers.messages", { name: mapping.queue.arn.split(":")[5] });
  const batches: { event: SQSEvent; invocation: Invocation; running: number }[] = [];
  let running = 0;
  const source = startEventSource({
    sqs,
    mapping,
    async invoke(event) {
      running += 1;
      const batch = { event: event as SQSEvent, running };
      const invocation = await invoke(fn, event, stack.host);
      running -= 1;
      batches.push({ ...batch, invocation });
      return invocation;
    },
    onFailure: (error) => {
      throw error;
    },
  });
  await source.idle();
  await source.stop();
  return { batches };
}

async function createQueue(name: string, Attributes: Record<string, string> = {}) {
  const { QueueUrl: url = "" } = await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes }));
  return { url, arn: `arn:aws:sqs:us-east-1:123456789012:${name}` };
}

async function send(QueueUrl: string, texts: string[]): Promise<void> {
  for (let first = 0; first < texts.length; first += 10)
    await sqs.send(
      new SendMessageBatchCommand({
        QueueUrl,
        Entries: texts.slice(first, first + 10).map((MessageBody, index) => ({
          Id: String(index),
          MessageBody,
          MessageAttributes: { origin: { DataType: "String", StringValue: "test" } },
        })),
      }),
    );
}

async function bodies(QueueUrl: string) {
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
  return Messages.map(({ Body }) => Body);
}

async function count(QueueUrl: string): Promise<number> {
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }));
  return Number(Attributes?.ApproximateNumberOfMessages) + Number(Attributes?.ApproximateNumberOfMessagesNotVisible);
}
