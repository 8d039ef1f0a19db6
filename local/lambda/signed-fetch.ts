import { Sha256 } from "@aws-crypto/sha256-js";
import { SignatureV4 } from "@smithy/signature-v4";
import type { Credentials } from "../aws/role-credentials.ts";
import { parseQuery } from "./signature.ts";

export type Caller = { credentials: Credentials; region: string; now: () => Date };

type Content = { method?: string; headers?: Record<string, string>; body?: string; signal?: AbortSignal };

/**
 * `fetch` for a function URL with `AWS_IAM`: `caller` signs the request with Signature Version 4 at the stack's time.
 * A redirection is an error: the session token goes to the host that was asked for only.
 */
export async function signedFetch(
  url: string | URL,
  caller: Caller,
  { method = "GET", headers = {}, body, signal }: Content = {},
): Promise<Response> {
  const { host, hostname, pathname, search } = new URL(url);
  const { region, credentials, now } = caller;
  const signer = new SignatureV4({ service: "lambda", region, credentials, sha256: Sha256 });
  const request = await signer.sign(
    {
      method,
      protocol: "http:",
      hostname,
      path: pathname,
      query: parseQuery(search),
      headers: { ...lowerCase(headers), host },
      body,
    },
    { signingDate: now() },
  );
  const { host: _setByFetch, ...sent } = request.headers;
  return fetch(url, { method, headers: sent, body, signal, redirect: "error" });
}

function lowerCase(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
