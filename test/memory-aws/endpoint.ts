import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";
import { type Account, ServiceError } from "./account.ts";
import { escaped, readQuery, writeError, writeXml } from "./ec2-wire.ts";
import { perform } from "./operations.ts";

/** One call as it arrived, in milliseconds since the epoch. */
export interface Call {
  service: string;
  operation: string;
  at: number;
}

export interface Endpoint {
  url: string;
  /** In order of arrival, AWS's and those of the Kubernetes release host. */
  calls: Call[];
  stop(): Promise<unknown>;
}

/** How a client reaches it: `AWS_ENDPOINT_URL_<SERVICE>`. */
export const services = ["codebuild", "ec2", "eks", "s3", "sns", "sqs", "ssm"] as const;

type Answer = { status?: number; type?: string; body: string };

/**
 * An account behind AWS's own wire formats, and the Kubernetes release host beside it.
 * @param latency how long every answer takes, in milliseconds
 */
export async function serve(account: Account, latency = 0): Promise<Endpoint> {
  const calls: Call[] = [];
  const server = createServer({ keepAliveTimeout: 0 }, async (request, response) => {
    const at = Date.now();
    const [, service = "", ...path] = new URL(request.url ?? "/", "http://aws").pathname.split("/");
    try {
      const body = await text(request);
      const { operation, answer } = route(account, service, path.join("/"), request, body);
      calls.push({ service, operation, at });
      const ready = answer();
      // The work of answering counts as part of the latency.
      await setTimeout(Math.max(0, latency - (Date.now() - at)));
      send(response, ready);
    } catch (error) {
      send(response, answerTo(service, error as Error));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}

function route(account: Account, service: string, path: string, request: IncomingMessage, body: string) {
  if (service === "s3") return routeS3(account, path, request, body);
  if (service === "kubernetes") return routeKubernetes(path, request);
  if (service === "ec2" || service === "sns") {
    const operation = new URLSearchParams(body).get("Action") ?? "";
    return { operation, answer: () => answerQuery(account, service, operation, body) };
  }
  if (service === "eks") return routeEks(account, path);
  const operation = String(request.headers["x-amz-target"]).split(".").at(-1) ?? "";
  return { operation, answer: () => answerJson(account, service, operation, JSON.parse(body || "{}")) };
}

function answerQuery(account: Account, service: string, operation: string, body: string): Answer {
  if (service === "ec2")
    return { body: writeXml(operation, perform(account, service, operation, readQuery(operation, body))) };
  perform(account, service, operation, Object.fromEntries(new URLSearchParams(body)));
  return {
    body: `<${operation}Response><${operation}Result><MessageId>1</MessageId></${operation}Result></${operation}Response>`,
  };
}

function answerJson(account: Account, service: string, operation: string, input: object): Answer {
  const output = perform(account, service, operation, input);
  return { type: "application/x-amz-json-1.1", body: asJson(output) };
}

/** AWS's JSON protocol counts times in seconds. */
function asJson(output: object): string {
  return JSON.stringify(output, function (this: Record<string, unknown>, key, value) {
    const raw = this[key];
    return raw instanceof Date ? raw.getTime() / 1000 : value;
  });
}

const s3Operations: Readonly<Record<string, string>> = { PUT: "PutObject", DELETE: "DeleteObject" };

/** The path is `bucket/key`. */
function routeS3(account: Account, path: string, { url = "", method = "GET", headers }: IncomingMessage, body: string) {
  const query = new URL(url, "http://aws").searchParams;
  const Key = decodeURIComponent(path.split("/").slice(1).join("/"));
  if (query.has("list-type")) {
    const input = {
      Prefix: query.get("prefix") ?? "",
      MaxKeys: Number(query.get("max-keys") ?? 1000),
      ContinuationToken: query.get("continuation-token") ?? undefined,
    };
    return {
      operation: "ListObjectsV2",
      answer: () => ({ body: listingOf(perform(account, "s3", "ListObjectsV2", input)) }),
    };
  }
  const operation = s3Operations[method] ?? "GetObject";
  return {
    operation,
    answer: () => {
      const answer = perform(account, "s3", operation, { Key, Body: body, IfNoneMatch: headers["if-none-match"] });
      return { body: operation === "GetObject" ? (answer as { body: string }).body : "" };
    },
  };
}

function listingOf(answer: object): string {
  const { Contents, IsTruncated, NextContinuationToken } = answer as {
    Contents: { Key: string; LastModified: Date }[];
    IsTruncated: boolean;
    NextContinuationToken?: string;
  };
  const objects = Contents.map(
    ({ Key, LastModified }) =>
      `<Contents><Key>${escaped(Key)}</Key><LastModified>${LastModified.toISOString()}</LastModified>` +
      `<ETag>"d41d8cd98f00b204e9800998ecf8427e"</ETag><Size>0</Size><StorageClass>STANDARD</StorageClass></Contents>`,
  );
  const next = NextContinuationToken ? `<NextContinuationToken>${NextContinuationToken}</NextContinuationToken>` : "";
  return `<ListBucketResult><IsTruncated>${IsTruncated}</IsTruncated>${next}${objects.join("")}</ListBucketResult>`;
}

/** EKS has a path for each resource. This one describes clusters only. */
function routeEks(account: Account, path: string) {
  const [, name] = /^clusters\/([^/]+)$/.exec(path) ?? [];
  const operation = name === undefined ? path : "DescribeCluster";
  return { operation, answer: () => answerJson(account, "eks", operation, { name }) };
}

/** The newest patch of every minor is 7. */
function routeKubernetes(path: string, { method = "GET" }: IncomingMessage) {
  const minor = /^release\/stable-(1\.\d+)\.txt$/.exec(path)?.[1];
  const body = minor ? `v${minor}.7` : path.endsWith(".sha256") ? "a".repeat(64) : "";
  return { operation: `${method} /${path}`, answer: () => ({ type: "text/plain", body }) };
}

function answerTo(service: string, error: Error): Answer {
  const { code, status } = error instanceof ServiceError ? error : { code: "InternalFailure", status: 500 };
  if (service === "s3")
    return { status, body: `<Error><Code>${code}</Code><Message>${error.message}</Message></Error>` };
  if (service === "ec2" || service === "sns") return { status, body: writeError(code, error.message) };
  return { status, type: "application/x-amz-json-1.1", body: JSON.stringify({ __type: code, message: error.message }) };
}

function send(response: ServerResponse, { status = 200, type = "text/xml", body }: Answer): void {
  response.writeHead(status, { "content-type": type });
  response.end(body);
}

/** The environment in which the SDK's clients call the endpoint, with limits that no slow machine meets. */
export function settings({ url }: Endpoint): Record<string, string> {
  return {
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
    AWS_SECRET_ACCESS_KEY: "secret",
    ...Object.fromEntries(
      services.map((service) => [`AWS_ENDPOINT_URL_${service.toUpperCase()}`, `${url}/${service}`]),
    ),
    CONNECT_TIMEOUT_MS: "3600000",
    REQUEST_TIMEOUT_MS: "3600000",
    RELEASE_HOST_TIMEOUT_MS: "3600000",
  };
}
