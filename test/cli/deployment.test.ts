import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { connect } from "../../cli/service/deployment.ts";
import { readLocalStack } from "../../cli/service/local-stack.ts";
import { parseConfiguration } from "../../functions/config/configuration.ts";
import { verifySignature } from "../../local/lambda/signature.ts";
import { lambda } from "../fuzz/functions.ts";
import { environmentOf } from "../memory-aws/from-world.ts";
import { newWorld } from "../world.ts";
import { ann, cli } from "./cli.ts";

const credentials = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "secret", sessionToken: "token" };
const variants = [{ windows: 2022 as const, kubernetes: "1.35" as const }];
const functionName = "eks-windows-images-production-api";

const host = "abc123.lambda-url.us-east-1.on.aws";

type Answer = { status: number; body: string; error?: string; location?: string };

let server: Server;
let address: string;
/** What the function URL, Lambda and STS answer. */
let answers: { url: (request: IncomingMessage, body: Buffer) => Promise<Answer>; config: Answer; invoke: Answer };
/** Events that the function was invoked with. */
let events: Record<string, unknown>[];

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const body = await buffer(request);
    const { status, body: said, error, location } = await route(request, body);
    response.writeHead(status, {
      "content-type": "application/json",
      ...(error && { "x-amzn-errortype": error }),
      ...(location && { location }),
    });
    response.end(said);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
    AWS_REGION: "us-east-1",
    AWS_ENDPOINT_URL: address,
    AWS_MAX_ATTEMPTS: "1",
    POWERTOOLS_LOG_LEVEL: "SILENT",
  });
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

afterEach(() => vi.unstubAllGlobals());

/** The server takes the calls of {@link host}. */
function standIn() {
  const { fetch } = globalThis;
  vi.stubGlobal("fetch", (url: URL, init: RequestInit) => fetch(new URL(url.href.replace(url.origin, address)), init));
}

beforeEach(() => {
  events = [];
  answers = {
    url: async () => json({ now: "2026-11-04T12:00:00.000Z", actions: [] }),
    config: json({ FunctionUrl: `${address}/called/`, AuthType: "AWS_IAM" }),
    invoke: json({ statusCode: 200, body: JSON.stringify({ now: "2026-11-04T12:00:00.000Z", actions: [] }) }),
  };
});

async function route(request: IncomingMessage, body: Buffer): Promise<Answer> {
  const url = request.url ?? "";
  if (url === `/2021-10-31/functions/${functionName}/url`) return answers.config;
  if (url === `/2015-03-31/functions/${functionName}/invocations`) {
    events.push(JSON.parse(String(body)));
    return answers.invoke;
  }
  if (String(body).includes("Action=GetCallerIdentity"))
    return {
      status: 200,
      body: `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>${ann}</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>`,
    };
  return answers.url(request, body);
}

function json(answer: object): Answer {
  return { status: 200, body: JSON.stringify(answer) };
}

function awsError(status: number, error: string, message: string): Answer {
  return { status, error, body: JSON.stringify({ Message: message, message }) };
}

const run = async (args: string[], config: Record<string, unknown> = {}) =>
  cli(args, {
    connect: (where, about) => connect(where, { ...about, environment: process.env }),
    config: { variants, policies: { functionUrl: true }, ...config },
  });

/** As a function URL with `AWS_IAM` does it. */
async function verified(request: IncomingMessage, body: Buffer): Promise<Answer> {
  const [path = "", query = ""] = (request.url ?? "").split("?");
  const headers = request.headers as Record<string, string>;
  const verdict = await verifySignature(
    { method: request.method ?? "", path, query, headers, body },
    { region: "us-east-1", service: "lambda", now: new Date(), findCredentials: () => credentials },
  );
  return verdict.ok ? json({ now: path, actions: [], query }) : awsError(403, verdict.errorType, verdict.message);
}

describe("a function with a URL", () => {
  test("is called through it, with signed calls", async () => {
    answers.url = verified;

    expect(await run(["plan", "--json"])).toMatchObject({ exitCode: 0, stderr: "" });
    expect(events).toEqual([]);
  });

  test("is called through --url without asking Lambda, also with a query and a body", async () => {
    standIn();
    answers.url = async (request, body) => {
      Object.assign(request.headers, { host });
      const answer = await verified(request, body);
      if (answer.status !== 200) return answer;
      if (request.method === "POST") return json({ dryRun: true, message: String(body), changed: false });
      return json({
        now: "2026-11-04T12:00:00.000Z",
        variants: [],
        fleets: [],
        places: [],
        removedVariants: [],
        pauses: [],
      });
    };
    answers.config = awsError(500, "ServiceException", "nobody asks");
    const url = ["--url", `https://${host}/`];

    expect(await run(["status", "a b&c", "--json", ...url])).toMatchObject({ exitCode: 0 });
    const { stdout } = await run(["pause", "windows-2022", "--reason", "why ü", ...url]);
    expect(stdout).toContain('{"variant":"windows-2022","reason":"why ü","dryRun":true}');
  });

  test("that a person names is what the deployment is called: nobody has checked whose it is", async () => {
    const where = { stage: "test", url: `https://${host}/`, local: false };
    const about = { environment: {}, readConfig: async () => ({}), warn: () => undefined };
    expect(await connect(where, about)).toMatchObject({ name: host, region: "us-east-1" });
  });

  test.each([
    "http://abc123.lambda-url.us-east-1.on.aws/",
    "https://abc123.lambda-url.us-east-1.on.aws.evil.example/",
    "https://evil.example/?.lambda-url.us-east-1.on.aws",
    "https://abc123.lambda-url.us-east-1.on.aws:8443/",
    "abc123",
  ])("must be one of AWS: %s is not", async (url) => {
    const { exitCode, stderr } = await run(["plan", "--url", url]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining(`${url} is no function URL`) });
  });

  test("takes no signed call to another place", async () => {
    let reached = false;
    answers.url = async ({ url }) => {
      if (url?.startsWith("/elsewhere")) reached = true;
      return { status: 307, body: "", location: `${address}/elsewhere` };
    };
    expect((await run(["plan"])).exitCode).toBe(1);
    expect(reached).toBe(false);
  });

  test("that refuses the signature or the caller is explained", async () => {
    answers.url = async () => awsError(403, "AccessDeniedException", "Forbidden. For troubleshooting see AWS's page");
    const { exitCode, stderr } = await run(["plan"]);

    expect(exitCode).toBe(1);
    expect(stderr).toContain(`AWS does not let you call ${functionName} in us-east-1: Forbidden`);
    expect(stderr).toMatch(/→ you need lambda:InvokeFunctionUrl/);

    const opened = await run(["open", "--no-browser"]);
    expect(opened).toMatchObject({ exitCode: 1, stdout: "", stderr: expect.stringContaining("→ you need lambda:Inv") });
  });
});

test("a function without a URL is invoked", async () => {
  answers.config = awsError(404, "ResourceNotFoundException", "The resource you requested does not exist.");

  expect(await run(["plan"])).toMatchObject({ exitCode: 0, stderr: "" });
  expect(events).toEqual([{ method: "GET", path: "/plan" }]);
});

test("the real handler takes what is sent to a function without a URL", async () => {
  answers.config = awsError(404, "ResourceNotFoundException", "The resource you requested does not exist.");
  await run(["plan"]);
  // It reads the level of its log when it is loaded.
  const { createHandler } = await import("../../functions/api/handler.ts");
  const world = newWorld({ variants }, "2026-11-04T12:00:00Z");
  const configuration = parseConfiguration({ variants, policies: { functionUrl: false } });
  const handler = createHandler(environmentOf(world), configuration);
  const event = { ...events[0], path: "/nowhere" };

  expect(await handler(event as never, lambda as never)).toMatchObject({ statusCode: 404 });
});

test("a function whose URL one may not ask for is invoked as config.ts says, and a remark says why", async () => {
  answers.config = awsError(403, "AccessDeniedException", "not authorized to perform lambda:GetFunctionUrlConfig");

  const { exitCode, stderr } = await run(["plan"]);
  expect(exitCode).toBe(0);
  expect(stderr).toContain("lambda:GetFunctionUrlConfig");
  expect(stderr).toContain("--url");
  expect(events[0]).toMatchObject({
    rawPath: "/plan",
    requestContext: { http: { method: "GET" }, authorizer: { iam: { userArn: ann } } },
  });

  await run(["plan"], { policies: { functionUrl: false } });
  expect(events[1]).toEqual({ method: "GET", path: "/plan" });
});

describe("an error says what to check", () => {
  test.each<[string, () => void, string, string]>([
    [
      "no such function",
      () => {
        answers.config = awsError(404, "ResourceNotFoundException", "no");
        answers.invoke = awsError(404, "ResourceNotFoundException", "Function not found");
      },
      `there is no function ${functionName} in us-east-1`,
      "--stage or EKS_WINDOWS_IMAGES_STAGE",
    ],
    [
      "expired credentials",
      () => {
        answers.config = awsError(
          403,
          "ExpiredTokenException",
          "The security token included in the request is expired",
        );
      },
      "your AWS credentials have expired",
      "aws sso login",
    ],
    [
      "throttling",
      () => {
        answers.url = async () => awsError(429, "TooManyRequestsException", "Rate exceeded");
      },
      `AWS limits the calls of ${functionName}`,
      "try it again in a minute",
    ],
    [
      "a function that fails",
      () => {
        answers.config = awsError(404, "ResourceNotFoundException", "no");
        answers.invoke = { status: 200, body: "nothing" };
      },
      `calling ${functionName} in us-east-1`,
      "",
    ],
    [
      "a service that fails",
      () => {
        answers.url = async () => ({ status: 502, body: "Internal Server Error" });
      },
      "the service failed (502): Internal Server Error",
      "",
    ],
  ])("%s", async (_, happen, what, remedy) => {
    happen();
    const { exitCode, stderr } = await run(["plan"]);

    expect(exitCode).toBe(1);
    expect(stderr).toContain(what);
    expect(stderr).toContain(remedy);
  });

  test("no credentials at all", async () => {
    const { AWS_ACCESS_KEY_ID, ...rest } = process.env;
    delete process.env.AWS_ACCESS_KEY_ID;
    Object.assign(process.env, {
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_SHARED_CREDENTIALS_FILE: "/none",
      HOME: "/none",
    });
    const { exitCode, stderr } = await run(["plan"]);
    Object.assign(process.env, { AWS_ACCESS_KEY_ID }, rest);

    expect(exitCode).toBe(1);
    expect(stderr).toContain("no AWS credentials were found");
  });
});

test("the stage and the place are options, and the stage may come from the environment", async () => {
  const call = async () => ({ status: 200, answer: { now: "", actions: [] } });
  const place = ["--region", "eu-west-1", "--profile", "ops"];

  const given = await cli(["plan", "--stage", "test", ...place], { call });
  expect(given.where).toMatchObject({ stage: "test", region: "eu-west-1", profile: "ops", local: false });
  const environment = {
    EKS_WINDOWS_IMAGES_STAGE: "dev",
    EKS_WINDOWS_IMAGES_URL: "https://x.lambda-url.eu-west-1.on.aws",
  };
  expect((await cli(["plan"], { call, environment })).where).toMatchObject({
    stage: "dev",
    url: "https://x.lambda-url.eu-west-1.on.aws",
  });
  expect((await cli(["plan"], { call })).where).toMatchObject({ stage: "production" });

  const both = await cli(["plan", "--stage", "test"], { call, environment });
  expect(both).toMatchObject({ exitCode: 2, where: undefined, stderr: expect.stringContaining("two deployments") });
  const url = "https://y.lambda-url.eu-west-1.on.aws";
  expect((await cli(["plan", "--stage", "test", "--url", url], { call, environment })).where).toMatchObject({ url });
  expect((await cli(["plan", "--stage", "test", "--local"], { call, environment })).exitCode).toBe(0);
});

describe("the local stack", () => {
  const folder = mkdtempSync(join(tmpdir(), "eksw-local-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  const described = (changes: object) => {
    const file = join(folder, "local.json");
    const stack = { pid: process.pid, url: address, region: "us-east-1", credentials, ...changes };
    writeFileSync(file, JSON.stringify(stack));
    return () => readLocalStack(file);
  };

  test("is found by its file, with its own clock", () => {
    const clockFile = join(folder, "clock");
    writeFileSync(clockFile, String(24 * 60 * 60_000));

    const stack = described({ clockFile })();
    expect(stack.url).toBe(address);
    expect(stack.now().getTime()).toBeGreaterThan(Date.now() + 23 * 60 * 60_000);
  });

  test("that does not run is an error that says how to start it", () => {
    expect(() => readLocalStack(join(folder, "none.json"))).toThrow("no local stack runs");
    expect(described({ pid: 2 ** 22 + 1 })).toThrow("has ended without cleaning up");
    expect(described({ url: 1 })).toThrow("is no description of a local stack");
  });
});
