import { existsSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Credentials } from "../aws/role-credentials.ts";
import { accessKeyOf, type UnemulatedCall } from "../aws/unemulated-calls.ts";
import type { Build } from "./build.ts";
import { type BuildTools, type Machine, prepareMachine } from "./environment.ts";
import { parseRequest } from "./requests.ts";
import { createService, type Service } from "./service.ts";
import { ServiceError } from "./service-error.ts";
import { createWorker, type Worker } from "./worker.ts";

export type AgentOptions = {
  emulatorUrl: string;
  /** The stack's own credentials, to assume the service roles and to put events on the bus. */
  infraCredentials: Credentials;
  region: string;
  clock: { file: string; now(): Date };
  tools: BuildTools;
  /** The builds' directories are below it. Keep the path short: Packer puts sockets there. */
  dir: string;
  /** An existing directory for the builds' logs. Without it they are below `dir`. */
  logDir?: string;
  log: (line: string) => void;
  /** Laid over the initial environment of every build's shell. */
  extraEnv?: Record<string, string>;
  /** How many real milliseconds a minute of a build's timeout lasts. */
  minute?: number;
};

export type Agent = {
  /** For AWS_ENDPOINT_URL_CODEBUILD. */
  url: string;
  /** All builds, oldest first. */
  builds(): readonly Build[];
  /** Every call to the API, in order of arrival. */
  calls(): readonly UnemulatedCall[];
  /**
   * Calls the listener whenever a build enters a phase; COMPLETED is the last one. Returns a function that
   * unsubscribes.
   */
  onChange(listener: (build: Build) => void): () => void;
  /** The path of a build's log. */
  logFile(build: Build): string;
  /** The directory that holds everything that a build writes. */
  directory(build: Build): string;
  /** Kills a build without a signal, as CodeBuild does at its time limit or when it loses the machine. */
  kill(build: Build, status: "TIMED_OUT" | "FAULT"): void;
  /** Resolves once every build that runs now has ended and its event is on the bus. */
  ended(): Promise<unknown>;
  /** Lets the next build end as FAULT, as if CodeBuild itself had failed. */
  faultNext(): void;
  /** Ends all builds and their processes. */
  stop(): Promise<void>;
};

/** Emulates CodeBuild: the API listens on its own port, and the builds run in shells on this machine. */
export async function startCodeBuildAgent(options: AgentOptions): Promise<Agent> {
  const { clock, region, dir } = options;
  const machine: Machine = {
    emulatorUrl: options.emulatorUrl,
    region,
    clockFile: clock.file,
    tools: options.tools,
    bin: join(dir, "bin"),
    extraEnv: options.extraEnv ?? {},
  };
  await prepareMachine(machine);
  const listeners = new Set<(build: Build) => void>();
  const calls: UnemulatedCall[] = [];
  const worker = createWorker({
    machine,
    infraCredentials: options.infraCredentials,
    directory: dir,
    logDirectory: options.logDir,
    now: () => clock.now(),
    log: options.log,
    changed: (build) => {
      for (const listener of listeners) listener(build);
    },
    minute: options.minute ?? 60_000,
  });
  // Node closes a connection after five idle seconds; on a busy machine that can be just when the client sends its next
  // request.
  const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    const answered = request.method === "GET" ? sendLog(request, response, worker) : serve(request, response);
    answered.catch((error: Error) => response.writeHead(500).end(error.message));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const service = createService({
    region,
    now: () => clock.now(),
    logLink: (build) => `${url}/logs/${build}`,
    begin: worker.begin,
    stop: (build) => worker.kill(build, "STOPPED"),
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call: UnemulatedCall = {
      time: clock.now().toISOString(),
      service: "codebuild",
      operation: request.headers["x-amz-target"]?.toString().split(".").at(-1) ?? "",
      parameters: {},
      accessKeyId: accessKeyOf(request.headers.authorization),
      tags: {},
      status: 0,
      error: null,
    };
    calls.push(call);
    await answer(request, response, service, call);
  }

  async function stop(): Promise<void> {
    await worker.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  return {
    url,
    builds: service.builds,
    calls: () => calls,
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    logFile: (build) => worker.logFile(service.builds().indexOf(build) + 1),
    directory: (build) => worker.directory(service.builds().indexOf(build) + 1),
    kill: worker.kill,
    ended: worker.ended,
    faultNext: worker.faultNext,
    stop,
  };
}

/** @param call receives the parameters and the result */
async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  service: Service,
  call: UnemulatedCall,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  try {
    const { operation, parameters } = parseRequest(
      request.headers["x-amz-target"]?.toString(),
      Buffer.concat(chunks).toString(),
    );
    call.parameters = parameters as UnemulatedCall["parameters"];
    const result = service[operation](parameters as never);
    call.status = 200;
    send(response, 200, result);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    call.status = 400;
    call.error = error.code;
    send(response, 400, { __type: error.code, message: error.message });
  }
}

async function sendLog(request: IncomingMessage, response: ServerResponse, worker: Worker): Promise<void> {
  const build = /^\/logs\/(\d+)$/.exec(request.url ?? "")?.[1];
  const file = build && worker.logFile(Number(build));
  if (!file || !existsSync(file)) {
    response.writeHead(404).end("no such log\n");
    return;
  }
  response.writeHead(200, { "content-type": "text/plain; charset=utf-8" }).end(readFileSync(file));
}

/** AWS JSON 1.1: times are seconds since the epoch. */
function send(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body, function (this: Record<string, unknown>, key, value) {
    const original = this[key];
    return original instanceof Date ? original.getTime() / 1000 : value;
  });
  response.writeHead(status, { "content-type": "application/x-amz-json-1.1" }).end(text);
}
