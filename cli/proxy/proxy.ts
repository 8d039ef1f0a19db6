import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { CliError } from "../cli-error.ts";
import type { ReadPage } from "../service/read-page.ts";
import { createOneTimePath, type OneTimePath } from "./one-time-path.ts";
import { createSecret, isSame } from "./secrets.ts";

/** The API's answers that only show something, as the browser asks for them below the token. */
const readable = ["/", "/plan", "/timeline"];

/** What a browser may learn of the answer's headers. */
const copiedHeaders = ["content-type", "content-security-policy", "content-language", "retry-after"];

const ownHeaders = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

const expired = [
  "This address opens the page once, within a minute. Use the address that the command printed.",
  "If you see this and no page has opened, somebody else may have it: end the command with Ctrl-C and start it anew.",
].join("\n");

export interface PageProxy {
  /** The status page, with the token that opens it. */
  address: string;
  /**
   * Another address, which leads to the page once and within a minute; a later call ends an earlier one's. It is for the
   * browser's command line, which other users of the machine can read.
   */
  openOnce(): string;
  stop(): Promise<void>;
}

/**
 * Shows the API's pages to a browser on this machine, which cannot sign calls itself. It listens on a free port of
 * 127.0.0.1, knows a random token by which it serves its own user only, and passes on nothing that could change
 * something. A `Host` that is not its own is refused, so that no foreign name can be made to point here.
 * @param read calls the API; an Error's message is shown, with the remedies of a CliError
 * @param now in milliseconds
 */
export async function startProxy(read: ReadPage, now = Date.now): Promise<PageProxy> {
  const token = createSecret();
  let oneTime: OneTimePath | undefined;
  const server = createServer((request, response) => {
    answer(request, { token, oneTime, hosts, read }).then(
      (reply) => send(response, reply),
      (error: Error) => send(response, text(502, messageOf(error))),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  const origin = `http://127.0.0.1:${port}`;
  return {
    address: `${origin}/${token}/`,
    openOnce() {
      oneTime = createOneTimePath(now);
      return `${origin}${oneTime.path}`;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function messageOf(error: Error): string {
  const remedies = error instanceof CliError ? error.remedies : [];
  return [error.message, ...remedies.map((remedy) => `  → ${remedy}`)].join("\n");
}

interface Reply {
  status: number;
  headers: Record<string, string>;
  body: string;
}

async function answer(
  { method = "", url = "", headers: { host, accept = "*/*" } }: IncomingMessage,
  { token, oneTime, hosts, read }: { token: string; oneTime?: OneTimePath; hosts: string[]; read: ReadPage },
): Promise<Reply> {
  if (!host || !hosts.includes(host)) return text(403, "this host is not served here");
  const opening = method === "GET" ? oneTime?.open(url) : undefined;
  if (opening === "opened") return text(303, "the page is elsewhere", { location: `/${token}/` });
  if (opening === "too late") return text(410, expired);
  const path = pathBelow(token, url);
  if (path === undefined) return text(404, "there is nothing here");
  if (method !== "GET" && method !== "HEAD") return text(405, "this shows and changes nothing", { allow: "GET, HEAD" });
  const [name = "", query] = path.split(/\?(.*)/s);
  if (!readable.includes(name)) return text(404, "there is no such page");
  const { status, headers, body } = await read(query === undefined ? name : `${name}?${query}`, accept);
  const copied = copiedHeaders.flatMap((header): [string, string][] => {
    const value = headers[header];
    return value === undefined ? [] : [[header, value]];
  });
  return { status, headers: { ...ownHeaders, ...Object.fromEntries(copied) }, body };
}

/** The path and the query after the token, exactly as the browser wrote them; undefined with another token or none. */
function pathBelow(token: string, url: string): string | undefined {
  const prefix = `/${token}/`;
  return isSame(url.slice(0, prefix.length), prefix) ? url.slice(prefix.length - 1) : undefined;
}

function text(status: number, body: string, headers: Record<string, string> = {}): Reply {
  return {
    status,
    headers: { ...ownHeaders, "content-type": "text/plain; charset=utf-8", ...headers },
    body: `${body}\n`,
  };
}

function send(response: ServerResponse, { status, headers, body }: Reply): void {
  response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) });
  response.end(response.req.method === "HEAD" ? undefined : body);
}
