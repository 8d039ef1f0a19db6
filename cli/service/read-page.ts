import { signedFetch } from "../../local/lambda/signed-fetch.ts";
import type { Caller } from "./call-url.ts";

/** An answer of the API as it is. */
export interface Page {
  status: number;
  /** By names in lower case. */
  headers: Readonly<Record<string, string>>;
  body: string;
}

/**
 * Gets a page of the API.
 * @param path with its query
 * @param accept the media types that the caller can show, as in the header
 */
export type ReadPage = (path: string, accept: string) => Promise<Page>;

/** @param unreachable what to do about a call that got no answer */
export function readingUrl(base: string, caller: Caller, unreachable: (error: Error) => never): ReadPage {
  return async (path, accept) => {
    const credentials = await caller.credentials().catch(unreachable);
    const content = { method: "GET", headers: { accept } };
    const response = await signedFetch(new URL(path, base), { ...caller, credentials }, content).catch(unreachable);
    return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() };
  };
}
