import { readFileSync } from "node:fs";
import { GetQueueAttributesCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { signedFetch } from "../../local/lambda/signed-fetch.ts";
import { permissionsOf } from "../../local/rehearsal/permissions.ts";
import { type Stack, startStack } from "../../local/stack/stack.ts";
import { installTools } from "../../local/tools/install.ts";

const variant = "windows-2022-core-1.35";
let stack: Stack;
let sqs: SQSClient;

// The Kubernetes release host does not answer, so that the first build waits and every reconcile run is short.
beforeAll(async () => {
  const time = new Date("2026-10-14T16:00:00Z");
  const tools = await installTools(() => undefined);
  stack = await startStack({ tools, stage: "handlers", startsAt: time, basesReleasedAt: time, say: () => undefined });
  stack.upstream.unanswering(true);
  const { url: endpoint, region, credentials } = stack.emulator;
  sqs = new SQSClient({ endpoint, region, credentials });
});

afterAll(async () => {
  sqs?.destroy();
  await stack?.stop();
});

async function call(
  method: string,
  path: string,
  body?: string,
): Promise<{ status: number; answer: Record<string, unknown> }> {
  const { credentials, region } = stack.emulator;
  const url = new URL(path, stack.functions.url);
  const response = await signedFetch(url, { credentials, region, now: stack.clock.now }, { method, body });
  return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
}

describe("reconcile", () => {
  test.each([
    ["schedule-base-ami", "base-ami"],
    ["schedule-kubernetes", "kubernetes"],
    ["schedule-patch-tuesday", "patch-tuesday"],
    ["codebuild-succeeded", "build"],
    ["codebuild-timed-out", "build"],
    ["parameter-update", "channel"],
    ["parameter-rejected", "channel"],
    ["manual", "manual"],
    ["foreign-notification", "unknown"],
  ])("takes the recorded event %s from its queue, runs, and acknowledges it", async (name, kind) => {
    const from = stack.logs.length;
    const MessageBody = readFileSync(new URL(`../events/${name}.json`, import.meta.url), "utf8");

    await sqs.send(new SendMessageCommand({ QueueUrl: stack.deployment.queue.url, MessageBody }));
    await stack.idle();

    const records = stack.logs.slice(from).flatMap(({ record }) => (record ? [record] : []));
    expect(records.map(({ trigger }) => (trigger as { kind: string } | undefined)?.kind)).toContain(kind);
    expect(records).toContainEqual(expect.objectContaining({ message: "wait", variant }));
    expect(stack.codebuild.builds()).toEqual([]);
  });

  test("logs why the build waits", () => {
    const wait = stack.logs.findLast(({ record }) => record?.message === "wait")?.record;
    expect(wait?.reasons).toEqual([
      "first image of the variant",
      "the build waits until all inputs are known",
      expect.stringContaining("/release/stable-1.35.txt"),
    ]);
  });

  test("leaves the dead-letter queue empty", async () => {
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: stack.deployment.deadLetterQueue.url, AttributeNames: ["All"] }),
    );
    expect(Attributes).toMatchObject({ ApproximateNumberOfMessages: "0", ApproximateNumberOfMessagesNotVisible: "0" });
  });

  test("throws when it cannot read the world, and names what it was reading", async () => {
    const { reconcile } = stack.deployment;
    const blind = { ...reconcile, environment: { ...reconcile.environment, PROJECT_NAME: "no-such-project" } };

    const invocation = await stack.functions.call(blind, { Records: [] });

    expect(invocation).toMatchObject({
      ok: false,
      error: { errorMessage: expect.stringContaining("reading builds: ") },
    });
  });

  test.each(["reconcile", "api"] as const)(
    "a missing variable stops %s at its start, and the error names it",
    async (name) => {
      const { TOPIC_ARN: _, ...environment } = stack.deployment[name].environment;

      const invocation = await stack.functions.call({ ...stack.deployment[name], environment }, { Records: [] });

      expect(invocation).toMatchObject({
        ok: false,
        error: { phase: "init", errorMessage: expect.stringContaining("TOPIC_ARN is missing") },
      });
    },
  );
});

describe("the function URL", () => {
  test("refuses unsigned calls", async () => {
    const response = await fetch(stack.functions.url);
    expect(response.status).toBe(403);
  });

  test("refuses calls that are signed with another secret", async () => {
    const { credentials, region } = stack.emulator;
    const forged = { ...credentials, secretAccessKey: "guessed" };
    const response = await signedFetch(stack.functions.url, { credentials: forged, region, now: stack.clock.now });
    expect(response.status).toBe(403);
  });

  test("answers the status of all variants", async () => {
    const { status, answer } = await call("GET", "/");
    expect(status).toBe(200);
    expect(answer).toMatchObject({ stage: "handlers", variants: [{ variant, newestImage: null, running: null }] });
  });

  test("answers a browser with a page, and the timeline of a variant", async () => {
    const { credentials, region } = stack.emulator;
    const caller = { credentials, region, now: stack.clock.now };
    const accept = { headers: { accept: "text/html,*/*;q=0.8" } };

    const page = await signedFetch(stack.functions.url, caller, accept);
    const timeline = await call("GET", `/timeline?variant=${variant}`);

    expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(await page.text()).toContain("0 of 1 variant fresh, 1 blocked.");
    expect(timeline).toMatchObject({ status: 200, answer: { variant, images: [], builds: { known: [] } } });
  });

  test("answers the plan with reasons", async () => {
    const { status, answer } = await call("GET", "/plan");
    expect(status).toBe(200);
    expect(answer.actions).toContainEqual(expect.objectContaining({ do: "wait", variant }));
  });

  test.each([
    ["a body that is not JSON", "POST", "/rebuild", "please", 400, "the body is not JSON"],
    ["no body", "POST", "/rebuild", undefined, 400, "the body is not JSON"],
    ["a body without a reason", "POST", "/rebuild", `{"variant":"${variant}"}`, 400, "reason"],
    [
      "an unknown variant",
      "POST",
      "/rebuild",
      '{"variant":"windows-95","reason":"nostalgia"}',
      404,
      'there is no variant "windows-95"',
    ],
    ["a wrong method", "GET", "/rebuild", undefined, 405, "/rebuild does not take GET"],
    ["an unknown path", "GET", "/favicon.ico", undefined, 404, "there is no /favicon.ico"],
  ])("answers %s with the valid alternatives", async (_, method, path, body, status, error) => {
    const refused = await call(method, path, body);
    expect(refused.status).toBe(status);
    expect(refused.answer.error).toContain(error);
    expect(JSON.stringify(refused.answer.allowed)).toMatch(/windows-2022-core-1.35|POST/);
  });

  test("every call is logged with its caller, reason and result", async () => {
    const from = stack.logs.length;
    const order = JSON.stringify({ variant: "windows-95", reason: "an audit" });

    await call("POST", "/rebuild", order);
    await call("GET", "/plan");

    const records = stack.logs.slice(from).flatMap(({ record }) => (record ? [record] : []));
    const by = expect.stringMatching(/^arn:aws:/);
    const refused = { message: "call refused", method: "POST", path: "/rebuild", by, reason: "an audit", status: 404 };
    expect(records).toContainEqual(
      expect.objectContaining({ ...refused, refusal: expect.stringContaining('there is no variant \\"windows-95\\"') }),
    );
    expect(records).toContainEqual(
      expect.objectContaining({ message: "call answered", method: "GET", path: "/plan", by, status: 200 }),
    );
  });

  test("takes a rebuild, keeps the request and wakes reconcile; the same key again is the same request", async () => {
    const from = stack.logs.length;
    const order = JSON.stringify({ variant, reason: "a test", idempotencyKey: "key-1" });

    const first = await call("POST", "/rebuild", order);
    const second = await call("POST", "/rebuild", order);
    await stack.idle();

    expect(first).toEqual({ status: 202, answer: { variant, request: "key-1", repeated: false, dryRun: false } });
    expect(second).toEqual({ status: 202, answer: { variant, request: "key-1", repeated: true, dryRun: false } });
    const { url: endpoint, region, credentials } = stack.emulator;
    const ssm = new SSMClient({ endpoint, region, credentials });
    const { Parameter } = await ssm.send(
      new GetParameterCommand({ Name: `${stack.deployment.requestsPrefix}/${variant}` }),
    );
    expect(JSON.parse(Parameter?.Value ?? "")).toMatchObject({
      id: "key-1",
      reason: "a test",
      by: expect.stringContaining("arn:aws:"),
    });
    const kinds = stack.logs.slice(from).map(({ record }) => (record?.trigger as { kind?: string } | undefined)?.kind);
    expect(kinds).toContain("manual");
  });
});

describe("a pause by a signed call", () => {
  const paused = () => stack.inbox.notifications().filter(({ kind }) => kind === "paused" || kind === "resumed");

  test("is in the plan and the status, and subscribers hear when it begins and ends", async () => {
    const order = JSON.stringify({ variant: "*", reason: "nodes crash" });

    const first = await call("POST", "/pause", order);
    await stack.idle();
    const status = await call("GET", "/");
    const last = await call("POST", "/resume", order);
    await stack.idle();

    expect(first).toMatchObject({ status: 202, answer: { variant: "*", changed: true } });
    expect(status.answer).toMatchObject({ pauses: [{ variant: "*", reason: "nodes crash" }] });
    expect(last).toMatchObject({ status: 202, answer: { pauses: [] } });
    expect(paused().map(({ kind, variant: scope }) => [kind, scope])).toEqual([
      ["paused", "*"],
      ["resumed", "*"],
    ]);
  });
});

test("the deployed policies allow every call that the functions made", async () => {
  const { denied } = await permissionsOf(stack, undefined);

  // One test asks for a project that does not exist.
  expect(denied.filter((one) => !one.includes("no-such-project"))).toEqual([]);
});

test("no secret is in any line that the functions logged", () => {
  const lines = stack.logs.map(({ text }) => text).join("\n");
  expect(lines).not.toMatch(/secretAccessKey|SESSION_TOKEN|FwoGZXIvYXdz|AQoEXAMPLE/i);
});
