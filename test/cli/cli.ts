import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import type { Context } from "../../cli/context.ts";
import { main } from "../../cli/main.ts";
import type { CallApi, Deployment, Where } from "../../cli/service/deployment.ts";
import { functionUrlCall } from "../../functions/api/direct-calls.ts";
import type { ConfigurationInput } from "../../functions/config/configuration.ts";
import type { World } from "../../functions/domain/world.ts";
import { lambda } from "../fuzz/functions.ts";
import { environmentOf } from "../memory-aws/from-world.ts";

export const ann = "arn:aws:iam::123456789012:user/ann";

export interface Surroundings {
  call?: CallApi;
  deployment?: Partial<Deployment>;
  connect?: Context["connect"];
  /** Whether a person sits at a terminal. */
  isTerminal?: boolean;
  columns?: number;
  /** What the person answers, in order. */
  answers?: (boolean | string | string[])[];
  environment?: Context["environment"];
  config?: ConfigurationInput;
  signal?: AbortSignal;
}

export interface Result {
  exitCode: number;
  stdout: string;
  stderr: string;
  /** The questions that the person was asked. */
  asked: string[];
  /** Where the command looked for the deployment. */
  where: Where | undefined;
}

/** Runs the whole program in this process. */
export async function cli(args: readonly string[], surroundings: Surroundings = {}): Promise<Result> {
  const { call = refuseToCall, isTerminal = false, columns = 80, answers = [], environment = {} } = surroundings;
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const asked: string[] = [];
  let where: Where | undefined;
  const answer = async ({ message }: { message: string }) => {
    asked.push(message);
    const said = answers.shift();
    if (said === undefined) throw new Error(`nobody expected the question ${message}`);
    return said as never;
  };
  const deployment: Deployment = {
    name: "production in us-east-1",
    stage: "production",
    region: "us-east-1",
    call,
    read: async (path) => Promise.reject(new Error(`no page is expected, and this was ${path}`)),
    aws: { region: "us-east-1", credentials: async () => ({ accessKeyId: "AKIA", secretAccessKey: "secret" }) },
    ...surroundings.deployment,
  };
  const read = Promise.all([text(stdout), text(stderr)]);
  const exitCode = await main(args, {
    stdin: { isTTY: isTerminal },
    stdout: Object.assign(stdout, { isTTY: isTerminal, columns }),
    stderr: Object.assign(stderr, { isTTY: isTerminal, columns, ...drawing }),
    environment: { NO_COLOR: "1", ...environment },
    prompts: { confirm: answer, input: answer, select: answer, checkbox: answer },
    connect:
      surroundings.connect ??
      (async (options) => {
        where = options;
        return deployment;
      }),
    readConfig: async () => surroundings.config ?? { variants: [{ windows: 2022, kubernetes: "1.35" }] },
    signal: surroundings.signal ?? new AbortController().signal,
  });
  stdout.end();
  stderr.end();
  const [out, err] = await read;
  return { exitCode, stdout: out, stderr: err, asked, where };
}

/** What a spinner needs of a terminal. */
const drawing = { cursorTo: () => true, moveCursor: () => true, clearLine: () => true, getColorDepth: () => 1 };

const refuseToCall: CallApi = async (method, path) => {
  throw new Error(`no call is expected, and this was ${method} ${path}`);
};

/** The real routes over a world: every call reads this world. What it writes goes to the account in memory, if there is one. */
export async function callsOf(world: World): Promise<CallApi> {
  const { routesOf } = await import("../../functions/api/routes.ts");
  const context = {
    environment: { ...environmentOf(world), ...(process.env.QUEUE_URL && { QUEUE_URL: process.env.QUEUE_URL }) },
    configuration: world.configuration,
    observe: async () => world,
    observeImages: async () => world,
  };
  const routes = routesOf(context);
  return async (method, path, body) => {
    const call = functionUrlCall(
      { method, path, body: body && JSON.stringify(body) },
      { requestId: "request-1", userArn: ann },
    );
    const route = routes.find((one) => one.method === method && one.path === call.rawPath);
    if (!route) throw new Error(`there is no ${method} ${path}`);
    try {
      const { statusCode = 0, body: answer = "" } = await route.handler(call, lambda as never);
      return { status: statusCode, answer: JSON.parse(answer) };
    } catch (error) {
      const { statusCode, message } = error as Error & { statusCode?: number };
      if (statusCode === undefined) throw error;
      return { status: statusCode, answer: JSON.parse(message) };
    }
  };
}

type Handler = (event: unknown, context: unknown) => Promise<unknown>;

/** Calls of a real handler, as its function URL hands them over. */
export function callsOfHandler(handler: Handler): CallApi {
  return async (method, path, body) => {
    const event = functionUrlCall(
      { method, path, body: body && JSON.stringify(body) },
      { requestId: crypto.randomUUID(), userArn: ann },
    );
    const { statusCode, body: answer } = (await handler(event, lambda)) as { statusCode: number; body: string };
    return { status: statusCode, answer: JSON.parse(answer) };
  };
}

/** The longest line. */
export function widest(output: string): number {
  return Math.max(...output.split("\n").map((line) => line.length));
}
