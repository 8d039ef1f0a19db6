import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { json } from "node:stream/consumers";
import type { Cloud, CreatedResource, DeclaredResource, Ran } from "./cloud.ts";
import { parseBuildRequest } from "./function-build.ts";

/** Answers a request of a program that is being evaluated, and records in `ran` what it reports. */
export async function answerProgram(path: string, body: unknown, cloud: Cloud, ran: Ran): Promise<unknown> {
  if (path === "/resource") return createResource(body as Report, cloud, ran.resources);
  if (path === "/call") {
    const { token, inputs } = body as { token: string; inputs: Record<string, unknown> };
    return cloud.lookUp(token, inputs);
  }
  if (path === "/app" || path === "/outputs") {
    ran[path === "/app" ? "app" : "outputs"] = (body as { inputs: Record<string, unknown> }).inputs;
    return {};
  }
  // SST's own JSON-RPC.
  const { method, params } = body as { method: string; params: [unknown] };
  return { result: await answerSst(method, params[0], cloud) };
}

type Report = DeclaredResource & { custom?: boolean; id?: string };

async function createResource({ custom, id, ...resource }: Report, cloud: Cloud, created: CreatedResource[]) {
  const { type, name, inputs } = resource;
  // A component groups resources of the program; AWS does not know it.
  if (custom === false) return { id: "", state: inputs };
  if (id) throw new Error(`looking up ${type} ${id} (${name}): the program must create every resource that it uses`);
  const { id: newId, state } = await cloud.create(resource).catch((cause) => {
    throw new Error(`deploying ${type} ${name}: ${(cause as Error).message}`, { cause });
  });
  const whole = { ...resource, id: newId, state: { ...inputs, ...state } };
  created.push(whole);
  return { id: newId, state: whole.state };
}

async function answerSst(method: string, input: unknown, cloud: Cloud): Promise<unknown> {
  if (method === "Provider.Aws.Bootstrap") return { asset: cloud.assetBucket };
  if (method === "Runtime.Build") return cloud.build(parseBuildRequest(input));
  throw new Error(`answering SST: the method ${method} is not known here`);
}

/** A server on a free local port. It answers JSON with JSON, and an error with status 500 and the error's message. */
export async function serve(handle: (path: string, body: unknown) => Promise<unknown>): Promise<Server> {
  // By default Node closes a connection after five idle seconds. On a busy machine, that can be the moment of the
  // program's next request.
  const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    json(request)
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
