import { hash } from "node:crypto";
import Negotiator from "negotiator";
import type { Answer, Call } from "../http.ts";
import { toText } from "./html.ts";
import { style } from "./style.ts";

/** Only the style of the document itself, by its hash: no script, and nothing from elsewhere. */
const policy = [
  "default-src 'none'",
  `style-src 'sha256-${hash("sha256", toText(style), "base64")}'`,
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** An answer whose body is a page of HTML. */
export function pageAnswer(statusCode: number, body: string): Answer {
  return {
    statusCode,
    headers: {
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": policy,
      "X-Content-Type-Options": "nosniff",
      "Referrer-Policy": "no-referrer",
      "Cache-Control": "no-store",
      Vary: "Accept",
    },
    body,
  };
}

/** Whether the caller prefers HTML (RFC 9110, section 12.5.1). JSON is the default, also for whoever takes anything. */
export function prefersPage({ headers }: Call): boolean {
  const accept = Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === "accept")?.[1];
  if (typeof accept !== "string") return false;
  return new Negotiator({ headers: { accept } }).mediaType(["application/json", "text/html"]) === "text/html";
}
