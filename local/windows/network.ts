import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { answerCurl } from "./network-downloads.ts";
import { answerS3, memoryStore, type ObjectStore } from "./network-objects.ts";
import type { Publications } from "./publications.ts";

/** A request of a modelled program, and how it ended. `url` is https://… or s3://bucket/key or ecr://region. */
export type NetworkRequest = { method: string; url: string; outcome: number | string };

/**
 * What happens instead of an answer to a URL that contains `url`, `times` times or always:
 * - `status`: the host answers it; curl.exe ends with 22;
 * - `exitCode` and `message`: curl.exe ends so, such as 28 and `Operation too slow. …`;
 * - `error` and `message`: aws.exe says that the service answered so, such as SlowDown; or, without an answer of the
 *   service, NoCredentials, EndpointConnection, ReadTimeout;
 * - `content`: the host answers this instead of its own;
 * - `cutAfter`: the connection breaks after so many bytes.
 */
export type NetworkFailure = { url: string; times?: number } & (
  | { status: number }
  | { exitCode: number; message: string }
  | { error: string; message: string }
  | { content: string | Buffer }
  | { cutAfter: number }
);

export type Answer = { status: number; headers?: Record<string, string>; content?: Buffer | string; cutAfter?: number };

/** What the modelled curl.exe and aws.exe of a machine reach. */
export type Network = {
  /** For MODEL_NETWORK: http://127.0.0.1:PORT. */
  url: string;
  requests: NetworkRequest[];
  failWith: (failure: NetworkFailure) => void;
  /** Ends all failures. */
  recover: () => void;
  close: () => Promise<void>;
};

export type NetworkOptions = {
  /** What publishers offer under which URL. */
  publications: Publications;
  /** Holds what s3:// names; by default in memory. */
  objects?: ObjectStore;
  /** The password that ECR gives to the instance's role; without it the role may have none. */
  ecrPassword?: () => string | undefined;
};

/** Starts the network. All answers but failures come from the options. */
export async function startNetwork(options: NetworkOptions): Promise<Network> {
  const { publications, objects = memoryStore(), ecrPassword = () => undefined } = options;
  const failures: NetworkFailure[] = [];
  const requests: NetworkRequest[] = [];

  async function respond(request: IncomingMessage): Promise<Answer> {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://network");
    const method = request.method ?? "GET";
    const body = await buffer(request);
    const target = targetOf(pathname, searchParams);
    const failure = takeFailure(failures, target);
    const answer = failure ? failed(failure, await ordinary()) : await ordinary();
    requests.push({ method, url: target, outcome: outcomeOf(answer) });
    return answer;

    async function ordinary(): Promise<Answer> {
      if (target.startsWith("s3://")) return answerS3(objects, method, target, body);
      if (target.startsWith("ecr://")) return answerEcr(ecrPassword());
      return answerCurl(publications, target);
    }
  }

  const server = createServer((request, response) => {
    respond(request).then(
      (answer) => send(response, answer),
      (error: Error) => send(response, { status: 500, headers: messageHeader(error.message), content: error.message }),
    );
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    failWith: (failure) => void failures.push({ ...failure }),
    recover: () => void failures.splice(0),
    close: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

function targetOf(pathname: string, parameters: URLSearchParams): string {
  if (pathname === "/curl") return parameters.get("url") ?? "";
  if (pathname === "/ecr/token") return `ecr://${parameters.get("region")}`;
  const [, bucket = "", key = ""] = /^\/s3\/([^/]+)\/(.*)$/.exec(pathname) ?? [];
  return `s3://${decodeURIComponent(bucket)}/${decodeURIComponent(key)}`;
}

function takeFailure(failures: NetworkFailure[], url: string): NetworkFailure | undefined {
  const index = failures.findIndex((failure) => url.includes(failure.url));
  const failure = failures[index];
  if (failure?.times !== undefined) {
    failure.times -= 1;
    if (failure.times === 0) failures.splice(index, 1);
  }
  return failure;
}

function failed(failure: NetworkFailure, ordinary: Answer): Answer {
  if ("exitCode" in failure)
    return { status: 502, headers: { "Model-Exit-Code": `${failure.exitCode}`, ...messageHeader(failure.message) } };
  if ("error" in failure) return serviceError(400, failure.error, failure.message);
  if ("status" in failure) return { status: failure.status, content: `${failure.status}` };
  if ("content" in failure) return { status: 200, content: failure.content };
  return { ...ordinary, cutAfter: failure.cutAfter };
}

/** An answer that aws.exe words as an error of the service. */
export function serviceError(status: number, code: string, message: string): Answer {
  return { status, headers: { "Model-Error": code, ...messageHeader(message) } };
}

function messageHeader(message: string): Record<string, string> {
  return { "Model-Message": encodeURIComponent(message) };
}

function answerEcr(password: string | undefined): Answer {
  if (password !== undefined) return { status: 200, content: password };
  const message = "User is not authorized to perform: ecr:GetAuthorizationToken on resource: *";
  return serviceError(400, "AccessDeniedException", message);
}

function outcomeOf({ status, headers = {}, cutAfter }: Answer): number | string {
  const exit = headers["Model-Exit-Code"];
  if (exit) return `curl ${exit}`;
  return headers["Model-Error"] ?? (cutAfter === undefined ? status : "cut");
}

function send(response: ServerResponse, { status, headers, content = "", cutAfter }: Answer): void {
  response.writeHead(status, { ...headers, "Content-Length": Buffer.byteLength(content) });
  if (cutAfter === undefined) response.end(content);
  else response.write(Buffer.from(content).subarray(0, cutAfter), () => response.destroy());
}
