import { createHash, timingSafeEqual } from "node:crypto";
import { Sha256 } from "@aws-crypto/sha256-js";
import { SignatureV4 } from "@smithy/signature-v4";
import type { Credentials } from "../aws/role-credentials.ts";

export type SignedRequest = {
  method: string;
  /** As the client sent it, still percent-encoded. */
  path: string;
  query: string;
  /** Names in lower case. */
  headers: Record<string, string>;
  body: Buffer;
};

export type Verdict = { ok: true; credentials: Credentials } | { ok: false; errorType: string; message: string };

const tolerance = 5 * 60_000;

/**
 * Checks a request's Signature Version 4 by signing the request again with the caller's secret.
 * @param now the stack's time; a signature more than five minutes away from it is refused
 */
export async function verifySignature(
  request: SignedRequest,
  {
    region,
    service,
    now,
    findCredentials,
  }: { region: string; service: string; now: Date; findCredentials: (accessKeyId: string) => Credentials | undefined },
): Promise<Verdict> {
  const claim = parseAuthorization(request.headers.authorization);
  const signedAt = parseDate(request.headers["x-amz-date"]);
  if (!claim || !signedAt) return refused("AccessDeniedException", "Forbidden");
  if (claim.scope !== `${stamp(signedAt).slice(0, 8)}/${region}/${service}/aws4_request`)
    return refused("InvalidSignatureException", `Credential should be scoped to ${region} and ${service}.`);
  if (Math.abs(signedAt.getTime() - now.getTime()) > tolerance) return refusedForTime(signedAt, now);
  const credentials = findCredentials(claim.accessKeyId);
  if (!credentials || request.headers["x-amz-security-token"] !== credentials.sessionToken)
    return refused("UnrecognizedClientException", "The security token included in the request is invalid.");
  if (!bodyMatches(request)) return mismatch();
  const expected = await sign(request, { signedHeaders: claim.signedHeaders, region, service, signedAt, credentials });
  return equal(expected, request.headers.authorization ?? "") ? { ok: true, credentials } : mismatch();
}

type Claim = { accessKeyId: string; scope: string; signedHeaders: string[]; signature: string };

function parseAuthorization(header = ""): Claim | undefined {
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/\s]+)\/([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/.exec(
      header,
    );
  if (!match) return undefined;
  const [, accessKeyId = "", scope = "", signedHeaders = "", signature = ""] = match;
  if (!signedHeaders.split(";").includes("host")) return undefined;
  return { accessKeyId, scope, signedHeaders: signedHeaders.split(";"), signature };
}

/** The signature covers only the hash that the client declares, so that hash must be the body's. */
function bodyMatches({ headers, body }: SignedRequest): boolean {
  const declared = headers["x-amz-content-sha256"];
  return declared === undefined || declared === createHash("sha256").update(body).digest("hex");
}

async function sign(
  { method, path, query, headers, body }: SignedRequest,
  {
    signedHeaders,
    region,
    service,
    signedAt,
    credentials,
  }: { signedHeaders: string[]; region: string; service: string; signedAt: Date; credentials: Credentials },
): Promise<string> {
  const signer = new SignatureV4({ service, region, credentials, sha256: Sha256, applyChecksum: false });
  const request = {
    method,
    path,
    protocol: "http:",
    hostname: headers.host ?? "",
    query: parseQuery(query),
    headers: Object.fromEntries(signedHeaders.map((name) => [name, headers[name] ?? ""])),
    body,
  };
  const signed = await signer.sign(request, { signingDate: signedAt, signableHeaders: new Set(signedHeaders) });
  return signed.headers.authorization ?? "";
}

/** All values of a query string, by name. */
export function parseQuery(query: string): Record<string, string[]> {
  const byName = Map.groupBy(new URLSearchParams(query), ([name]) => name);
  return Object.fromEntries([...byName].map(([name, pairs]) => [name, pairs.map(([, value]) => value)]));
}

function parseDate(text = ""): Date | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  return new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

function stamp(date: Date): string {
  return date.toISOString().replace(/[-:]|\.\d{3}/g, "");
}

// Clients differ in the spaces between the parts. The signature at the end covers everything else.
function equal(expected: string, given: string): boolean {
  const [ours, theirs] = [expected, given].map((header) => Buffer.from(header.slice(-64)));
  return ours !== undefined && theirs !== undefined && ours.length === theirs.length && timingSafeEqual(ours, theirs);
}

function refusedForTime(signedAt: Date, now: Date): Verdict {
  const early = signedAt < now;
  const bound = stamp(new Date(now.getTime() + (early ? -tolerance : tolerance)));
  const message = early
    ? `Signature expired: ${stamp(signedAt)} is now earlier than ${bound} (${stamp(now)} - 5 min.)`
    : `Signature not yet current: ${stamp(signedAt)} is still later than ${bound} (${stamp(now)} + 5 min.)`;
  return refused("InvalidSignatureException", message);
}

function mismatch(): Verdict {
  return refused(
    "InvalidSignatureException",
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
  );
}

function refused(errorType: string, message: string): Verdict {
  return { ok: false, errorType, message };
}
