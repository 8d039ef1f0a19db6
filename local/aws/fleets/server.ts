import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { z } from "zod";
import { accessKeyOf, type UnemulatedCall } from "../unemulated-calls.ts";
import { autoScalingOperations } from "./auto-scaling.ts";
import { eksOperations } from "./eks.ts";
import { evidenceOf } from "./evidence.ts";
import { toXml } from "./query.ts";
import { Refusal } from "./refusal.ts";
import { eksRequest, queryRequest, type Request } from "./requests.ts";
import type { World } from "./world.ts";

type Operations = Record<string, (parameters: Record<string, unknown>) => unknown>;

/** One service's wire format. Its paths start with `/<signed as>`. */
interface Service {
  name: string;
  type: string;
  operations: Operations;
  request(method: string, path: string, query: URLSearchParams, body: string): Request | undefined;
  result(operation: string, value: object): string;
  error(refusal: Refusal): string;
}

const namespace = "http://autoscaling.amazonaws.com/doc/2011-01-01/";

function services(world: World): Service[] {
  return [
    {
      name: "eks",
      type: "application/json",
      operations: eksOperations(world) as Operations,
      request: eksRequest,
      // Times are seconds since the epoch.
      result: (_, value) =>
        JSON.stringify(value, function (this: Record<string, unknown>, name, item) {
          const original = this[name];
          return original instanceof Date ? original.getTime() / 1_000 : item;
        }),
      error: ({ code, message, about }) => JSON.stringify({ __type: code, message, ...about }),
    },
    {
      name: "autoscaling",
      type: "text/xml",
      operations: autoScalingOperations(world) as Operations,
      request: (_method, _path, _query, body) => queryRequest(body),
      result: (operation, value) =>
        `<${operation}Response xmlns="${namespace}"><${operation}Result>${toXml(value)}</${operation}Result>` +
        `<ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata></${operation}Response>`,
      error: ({ code, message }) =>
        `<ErrorResponse xmlns="${namespace}"><Error>${toXml({ Type: "Sender", Code: code, Message: message })}</Error>` +
        `<RequestId>${randomUUID()}</RequestId></ErrorResponse>`,
    },
  ];
}

export interface FleetServer {
  /** `http://127.0.0.1:…`, without a path. */
  url: string;
  stop(): Promise<void>;
}

/**
 * Answers the APIs of a world.
 * @param clusterVersions base address of the EKS that answers DescribeClusterVersions
 * @param within runs a call when no other one runs, in a world that has come to the present
 */
export async function serveFleets(
  world: World,
  {
    clusterVersions,
    record,
    within,
  }: {
    clusterVersions: string;
    record: (call: UnemulatedCall) => void;
    within: <T>(call: () => T | Promise<T>) => Promise<T>;
  },
): Promise<FleetServer> {
  const known = services(world);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams, search } = new URL(request.url ?? "/", "http://fleets");
    if (pathname === "/eks/cluster-versions")
      return forward(`${clusterVersions}/cluster-versions${search}`, request, response);
    const body = await text(request);
    const service = known.find(({ name }) => pathname.startsWith(`/${name}`));
    const path = pathname.slice((service?.name.length ?? 0) + 1);
    const asked = service?.request(request.method ?? "", path, searchParams, body);
    if (!service || !asked) return void response.writeHead(404).end(`nothing is known at ${pathname}`);
    const call: UnemulatedCall = {
      time: new Date(world.now()).toISOString(),
      service: service.name,
      ...asked,
      accessKeyId: accessKeyOf(request.headers.authorization),
      tags: {},
      status: 0,
      error: null,
    };
    record(call);
    const { status, error, content, evidence } = await within(async () => ({
      ...(await answered(service, asked, call.accessKeyId)),
      evidence: await evidenceOf(world, asked.parameters),
    }));
    Object.assign(call, { status, error, ...evidence });
    response.writeHead(status, { "content-type": service.type, ...(error && { "x-amzn-errortype": error }) });
    response.end(content);
  }

  // Node closes a connection after five idle seconds; on a busy machine that can be just when the client sends its next
  // request.
  const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    answer(request, response).catch((error: Error) => {
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end(String(error.stack));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answered(service: Service, { operation, parameters }: Request, accessKeyId: string | null) {
  try {
    if (accessKeyId === null)
      throw new Refusal("MissingAuthenticationToken", "Missing Authentication Token", { status: 403 });
    const run = service.operations[operation];
    if (!run) throw new Refusal("InvalidAction", `The stand-in does not know ${operation}.`);
    const value = (await run(parameters)) as object;
    return { status: 200, error: null, content: service.result(operation, value) };
  } catch (cause) {
    const refusal = cause instanceof z.ZodError ? new Refusal("ValidationError", z.prettifyError(cause)) : cause;
    if (!(refusal instanceof Refusal)) throw cause;
    return { status: refusal.status, error: refusal.code, content: service.error(refusal) };
  }
}

/** A source that does not answer breaks the connection off here, too. */
async function forward(url: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { authorization = "" } = request.headers;
  const answer = await fetch(url, { headers: { authorization } }).catch(() => undefined);
  if (!answer) return void request.socket.destroy();
  response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "application/json" });
  response.end(await answer.text());
}
