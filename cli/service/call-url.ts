import type { Credentials } from "../../local/aws/role-credentials.ts";
import { signedFetch } from "../../local/lambda/signed-fetch.ts";
import type { CallApi, Reply } from "./deployment.ts";

/** Who calls, and when. */
export interface Caller {
  region: string;
  credentials(): Promise<Credentials>;
  now(): Date;
}

/**
 * Calls a function URL with `AWS_IAM`: each call is signed with Signature Version 4.
 * @param unreachable what to do about a call that got no answer
 */
export function callingUrl(base: string, caller: Caller, unreachable: (error: Error) => never): CallApi {
  return async (method, path, body) => {
    const headers: Record<string, string> = body ? { "content-type": "application/json" } : {};
    const credentials = await caller.credentials().catch(unreachable);
    const content = { method, headers, body: body && JSON.stringify(body) };
    const response = await signedFetch(new URL(path, base), { ...caller, credentials }, content).catch(unreachable);
    return replyOf(response.status, await response.text());
  };
}

/** What is no JSON comes from AWS and not from the service. */
export function replyOf(status: number, text: string): Reply {
  try {
    return { status, answer: JSON.parse(text) };
  } catch {
    return { status, answer: { error: text.slice(0, 1_000) } };
  }
}
