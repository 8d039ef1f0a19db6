import { randomBytes, randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { Socket } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";
import { challengeMessage, messageType, provesPassword, readAuthenticate } from "./ntlm.ts";
import type { Outcome } from "./run-command.ts";
import {
  acknowledged,
  commandDone,
  commandStarted,
  nothingYet,
  parseRequest,
  type Request,
  refused,
  shellCreated,
} from "./soap.ts";

export type WinRm = { stop: () => Promise<void> };

export type Certificate = { cert: string; private: string };

export type Endpoint = {
  address: string;
  port: number;
  certificate: Certificate;
  password: string;
  run: (commandLine: string) => Promise<Outcome>;
  loginRefused: (user: string) => void;
  /** Called when a shell with an `afterwards` is closed and the client knows it. */
  closed: (afterwards: Afterwards) => void;
  log: (line: string) => void;
};

export type Afterwards = "restart" | "leave";
type Login = { challenge?: Buffer; done: boolean };
type Shell = { commands: Map<string, Outcome>; afterwards?: Afterwards };
type Answer = { status: number; body: string; sent?: () => void } | "drop";

const userName = "administrator";
/**
 * Windows holds a Receive for up to a minute (MaxTimeoutms). Shorter here, because Packer checks its own timeouts only
 * between two Receives.
 */
const receiveHoldMs = 1000;
/** About as long as a small answer. */
const garbageBytes = 700;
/** The value of Windows' HTTP.sys. Node's default of 5 s would close connections that Packer is about to reuse. */
const keepAliveMs = 120_000;

/**
 * Serves the part of WinRM that Packer uses, over HTTPS with NTLM. As on Windows, a login is valid for its connection.
 */
export async function startWinRm(endpoint: Endpoint): Promise<WinRm> {
  const logins = new WeakMap<Socket, Login>();
  const shells = new Map<string, Shell>();
  const { cert, private: key } = endpoint.certificate;
  const server = createServer({ cert, key, keepAliveTimeout: keepAliveMs }, (request, response) => {
    answer(request, response).catch((error: unknown) => {
      endpoint.log(`answering a WinRM request: ${String(error)}`);
      response.destroy();
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    if (request.method !== "POST" || request.url !== "/wsman") return send(response, { status: 404, body: "" });
    const challenge = logIn(request, logins, endpoint);
    if (challenge) {
      response.writeHead(401, { "WWW-Authenticate": challenge, "Content-Length": 0 }).end();
      return;
    }
    send(response, await handle(parseRequest(body), shells, endpoint));
  }

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(endpoint.port, endpoint.address, resolve);
  });
  return {
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Returns the `WWW-Authenticate` header to send, or undefined if the connection is logged in. */
function logIn(
  request: IncomingMessage,
  logins: WeakMap<Socket, Login>,
  { address, password, loginRefused }: Endpoint,
): string | undefined {
  const login = logins.get(request.socket) ?? { done: false };
  logins.set(request.socket, login);
  const token = /^(?:Negotiate|NTLM) (.+)$/.exec(request.headers.authorization ?? "")?.[1];
  if (!token) return login.done ? undefined : "Negotiate";
  const message = Buffer.from(token, "base64");
  if (messageType(message) === 1) {
    login.done = false;
    login.challenge = randomBytes(8);
    return `Negotiate ${challengeMessage(login.challenge, address, new Date()).toString("base64")}`;
  }
  const { challenge } = login;
  login.challenge = undefined;
  const answer = readAuthenticate(message);
  login.done =
    challenge !== undefined && answer.user.toLowerCase() === userName && provesPassword(answer, challenge, password);
  if (login.done) return undefined;
  loginRefused(answer.user);
  return "Negotiate";
}

async function handle(request: Request, shells: Map<string, Shell>, endpoint: Endpoint): Promise<Answer> {
  if (request.action === "create") {
    const id = randomUUID().toUpperCase();
    shells.set(id, { commands: new Map() });
    return { status: 200, body: shellCreated(request, id) };
  }
  const shell = shells.get(request.shellId);
  if (!shell) return { status: 500, body: refused(request, "The shell was not found on the server.") };
  if (request.action === "command") {
    const id = randomUUID().toUpperCase();
    const outcome = await endpoint.run(request.commandLine);
    shell.commands.set(id, outcome);
    if (outcome.kind === "done") shell.afterwards ??= outcome.afterwards;
    return { status: 200, body: commandStarted(request, id) };
  }
  if (request.action === "receive") return receive(request, shell);
  if (request.action === "signal") {
    terminate(shell, request.commandId);
    return { status: 200, body: acknowledged(request) };
  }
  shells.delete(request.shellId);
  const { afterwards } = shell;
  if (!afterwards) return { status: 200, body: acknowledged(request) };
  return { status: 200, body: acknowledged(request), sent: () => endpoint.closed(afterwards) };
}

async function receive(request: Extract<Request, { action: "receive" }>, shell: Shell): Promise<Answer> {
  const outcome = shell.commands.get(request.commandId);
  if (!outcome) return { status: 500, body: refused(request, "The command was not found in the shell.") };
  if (outcome.kind === "drops") return "drop";
  if (outcome.kind === "garbles") return { status: 200, body: randomBytes(garbageBytes).toString("latin1") };
  if (outcome.kind === "done") return { status: 200, body: commandDone(request, request.commandId, outcome.output) };
  await setTimeout(receiveHoldMs, undefined, { ref: false });
  return { status: 500, body: nothingYet(request) };
}

function terminate(shell: Shell, commandId: string): void {
  if (shell.commands.get(commandId)?.kind !== "hangs") return;
  shell.commands.set(commandId, { kind: "done", output: { exitCode: 1, stdout: "", stderr: "" } });
}

function send(response: ServerResponse, answer: Answer): void {
  if (answer === "drop") {
    response.destroy();
    return;
  }
  const headers = {
    "Content-Type": "application/soap+xml;charset=UTF-8",
    "Content-Length": Buffer.byteLength(answer.body),
  };
  response.writeHead(answer.status, headers).end(answer.body, answer.sent);
}
