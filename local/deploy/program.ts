import { spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { bundleProgram, type ProgramSource } from "./bundle.ts";
import { type BuildRequest, type FunctionBuild, parseBuildRequest } from "./function-build.ts";

/** A resource as the program declares it, all its inputs resolved. */
export interface DeclaredResource {
  /** Pulumi's type, `aws:sqs/queue:Queue`. */
  type: string;
  /** Its logical name in the program. */
  name: string;
  inputs: Record<string, unknown>;
  /** It stays when it is removed from the program, or the program's stage from the account. */
  retainOnDelete?: boolean;
  /** Which provider makes it, where it is another than the program's own. */
  provider?: string;
}

/** A resource after its creation; further inputs of the program may use `state`. */
export interface CreatedResource extends DeclaredResource {
  id: string;
  state: Record<string, unknown>;
}

/** What a cloud does for a program. */
export interface Cloud {
  create(resource: DeclaredResource): Promise<{ id: string; state?: Record<string, unknown> }>;
  /** Answers a data source, such as `aws:index/getRegion:getRegion`. */
  lookUp(token: string, inputs: Record<string, unknown>): Promise<Record<string, unknown>>;
  /** Bundles a function. */
  build(request: BuildRequest): Promise<FunctionBuild>;
  /** SST keeps function archives in a bucket of its own, one a Region. */
  assetBucket: string;
}

/** What came of a program. */
export interface Ran {
  /** What `app()` answers: name, removal, providers and their default tags … */
  app: Record<string, unknown>;
  resources: CreatedResource[];
  /** What the program returns, `sst deploy`'s last lines. */
  outputs: Record<string, unknown>;
  /** What it writes to standard error; `sst deploy` shows it. */
  said: string;
}

/**
 * Runs the real SST program in a process of its own, gives each of its resources to `cloud` in an order in which everything that an input
 * refers to exists before, and returns them all with the program's outputs; components (`sst:…`) are not among the resources.
 * @throws Error with the first thing that could not be created.
 */
export async function runProgram(
  source: ProgramSource,
  { stage, cloud, signal }: { stage: string; cloud: Cloud; signal?: AbortSignal },
): Promise<Ran> {
  const ran: Ran = { app: {}, resources: [], outputs: {}, said: "" };
  const failures: Error[] = [];
  const server = await serve(async (path, body) => {
    try {
      return await answer(path, body, cloud, ran);
    } catch (error) {
      failures.push(error as Error);
      throw error;
    }
  });
  let bundle: string | undefined;
  try {
    bundle = await bundleProgram(source);
    const { code, errors } = await runNode(bundle, {
      cwd: source.root,
      signal,
      env: {
        ...process.env,
        SST_SERVER: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        SST_STAGE: stage,
      },
    });
    if (failures[0]) throw failures[0];
    if (code !== 0) throw new Error(`running ${source.program}: ${errors.trim() || `exit code ${code}`}`);
    return { ...ran, said: errors };
  } finally {
    server.close();
    server.closeAllConnections();
    if (bundle) await rm(bundle, { force: true });
  }
}

async function answer(path: string, body: unknown, cloud: Cloud, ran: Ran): Promise<unknown> {
  if (path === "/resource") return createResource(body as Told, cloud, ran.resources);
  if (path === "/call") {
    const { token, inputs } = body as { token: string; inputs: Record<string, unknown> };
    return cloud.lookUp(token, inputs);
  }
  if (path === "/app" || path === "/outputs") {
    ran[path === "/app" ? "app" : "outputs"] = (body as { inputs: Record<string, unknown> }).inputs;
    return {};
  }
  // SST's own JSON-RPC: errors go into the answer.
  const { method, params } = body as { method: string; params: [unknown] };
  return { result: await answerSst(method, params[0], cloud) };
}

type Told = DeclaredResource & { custom?: boolean; id?: string };

async function createResource({ custom, id, ...resource }: Told, cloud: Cloud, created: CreatedResource[]) {
  const { type, name, inputs } = resource;
  // Components are how the program is written, not what it creates.
  if (custom === false) return { id: "", state: inputs };
  if (id) throw new Error(`looking up ${type} ${id} (${name}): the program is expected to create everything it uses`);
  const { id: newId, state } = await cloud.create(resource).catch((cause) => {
    throw new Error(`creating ${type} ${name}: ${(cause as Error).message}`, { cause });
  });
  const whole = { ...resource, id: newId, state: { ...inputs, ...state } };
  created.push(whole);
  return { id: newId, state: whole.state };
}

async function answerSst(method: string, input: unknown, cloud: Cloud): Promise<unknown> {
  if (method === "Provider.Aws.Bootstrap") return { asset: cloud.assetBucket };
  if (method === "Runtime.Build") return cloud.build(parseBuildRequest(input));
  throw new Error(`answering SST: nobody knows ${method} here`);
}

async function serve(handle: (path: string, body: unknown) => Promise<unknown>): Promise<Server> {
  // Node closes a connection that has been idle for five seconds, on a busy machine just when the program asks again.
  const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    read(request)
      .then((body) => handle(request.url ?? "", body))
      .then(
        (result) => response.end(JSON.stringify(result)),
        (error: Error) => response.writeHead(500).end(error.message),
      );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

async function read(request: IncomingMessage): Promise<unknown> {
  return JSON.parse(await text(request));
}

async function runNode(
  file: string,
  options: { cwd: string; env: NodeJS.ProcessEnv; signal?: AbortSignal },
): Promise<{ code: number | null; errors: string }> {
  const child = spawn(process.execPath, ["--enable-source-maps", file], {
    ...options,
    stdio: ["ignore", "ignore", "pipe"],
  });
  const [errors, [code]] = await Promise.all([text(child.stderr), once(child, "close")]);
  return { code: code as number | null, errors };
}
