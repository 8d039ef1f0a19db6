import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import type { Credentials } from "../aws/role-credentials.ts";
import type { Invocation } from "./function.ts";
import { type HttpAnswer, httpAnswer, httpEvent, type Identity } from "./http-event.ts";
import { type SignedRequest, verifySignature } from "./signature.ts";

export type FunctionUrl = { url: string; stop(): Promise<void> };

/** Lambda's limit on a synchronous payload, in bytes. */
const bodyLimit = 6 * 1024 * 1024;

/**
 * Emulates a function URL with `AWS_IAM`: only calls with a valid signature reach the function.
 * @param endpoint the AWS endpoint, which identifies the caller
 * @param findCredentials finds the credentials of an access key; a call with an unknown key is refused
 * @param now the stack's time
 */
export async function startFunctionUrl({
  region,
  endpoint,
  findCredentials,
  now,
  invoke,
}: {
  region: string;
  endpoint: string;
  findCredentials: (accessKeyId: string) => Credentials | undefined;
  now: () => Date;
  invoke: (event: ReturnType<typeof httpEvent>) => Promise<Invocation>;
}): Promise<FunctionUrl> {
  const server = createServer((incoming, outgoing) => {
    serve(incoming)
      .catch((error: Error) => refusal(500, "ServiceException", error.message))
      .then((answer) => write(outgoing, answer))
      .catch((error: Error) => outgoing.destroy(error));
  });

  async function serve(incoming: IncomingMessage): Promise<HttpAnswer> {
    const request = await readRequest(incoming);
    if (request.body.length > bodyLimit)
      return refusal(413, "RequestTooLargeException", `Request must be smaller than ${bodyLimit} bytes`);
    const verdict = await verifySignature(request, { region, service: "lambda", now: now(), findCredentials });
    if (!verdict.ok) return refusal(403, verdict.errorType, verdict.message);
    const caller = await identify(verdict.credentials, { region, endpoint });
    const sourceIp = incoming.socket.remoteAddress ?? "";
    const invocation = await invoke(httpEvent(request, caller, { now: now(), sourceIp }));
    const answer = invocation.ok ? httpAnswer(invocation.result) : undefined;
    const body = Buffer.from("Internal Server Error");
    return answer ?? { statusCode: 502, headers: { "content-type": "text/plain" }, cookies: [], body };
  }

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function readRequest(incoming: IncomingMessage): Promise<SignedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const [path = "/", query = ""] = (incoming.url ?? "/").split(/\?(.*)/s);
  return {
    method: incoming.method ?? "GET",
    path,
    query,
    headers: Object.fromEntries(
      Object.entries(incoming.headersDistinct).map(([name, values]) => [name, values?.join(",") ?? ""]),
    ),
    body: Buffer.concat(chunks),
  };
}

async function identify(
  credentials: Credentials,
  { region, endpoint }: { region: string; endpoint: string },
): Promise<Identity> {
  const { Arn, UserId, Account } = await new STSClient({ region, endpoint, credentials }).send(
    new GetCallerIdentityCommand(),
  );
  return { arn: Arn ?? "", userId: UserId ?? "", account: Account ?? "", accessKeyId: credentials.accessKeyId };
}

/** Lambda writes the key as `Message` when it refuses access and as `message` in its other errors. */
function refusal(statusCode: number, errorType: string, message: string): HttpAnswer {
  const key = errorType === "AccessDeniedException" ? "Message" : "message";
  return {
    statusCode,
    headers: { "content-type": "application/json", "x-amzn-errortype": errorType },
    cookies: [],
    body: Buffer.from(JSON.stringify({ [key]: message })),
  };
}

function write(outgoing: ServerResponse, { statusCode, headers, cookies, body }: HttpAnswer): void {
  outgoing.writeHead(statusCode, {
    ...headers,
    "x-amzn-requestid": randomUUID(),
    ...(cookies.length > 0 && { "set-cookie": cookies }),
    "content-length": body.length,
  });
  outgoing.end(body);
}
