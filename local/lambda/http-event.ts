import { randomUUID } from "node:crypto";
import { parseQuery, type SignedRequest } from "./signature.ts";

export type Identity = { arn: string; userId: string; account: string; accessKeyId: string };

export type HttpAnswer = { statusCode: number; headers: Record<string, string>; cookies: string[]; body: Buffer };

/** The event (payload format 2.0) that Lambda makes from a signed request to a function URL. */
export function httpEvent(
  request: SignedRequest,
  caller: Identity,
  { now, sourceIp }: { now: Date; sourceIp: string },
) {
  const { cookie, ...headers } = request.headers;
  const query = Object.entries(parseQuery(request.query));
  const host = headers.host ?? "";
  const apiId = host.split(/[.:]/)[0] ?? "";
  const text = isText(headers["content-type"]);
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath: request.path,
    rawQueryString: request.query,
    ...(cookie && { cookies: cookie.split(/;\s*/) }),
    headers,
    ...(query.length > 0 && {
      queryStringParameters: Object.fromEntries(query.map(([name, values]) => [name, values.join(",")])),
    }),
    requestContext: {
      accountId: caller.account,
      apiId,
      authentication: null,
      authorizer: {
        iam: {
          accessKey: caller.accessKeyId,
          accountId: caller.account,
          callerId: caller.userId,
          cognitoIdentity: null,
          principalOrgId: null,
          userArn: caller.arn,
          userId: caller.userId,
        },
      },
      domainName: host,
      domainPrefix: apiId,
      http: {
        method: request.method,
        path: request.path,
        protocol: "HTTP/1.1",
        sourceIp,
        userAgent: headers["user-agent"] ?? "",
      },
      requestId: randomUUID(),
      routeKey: "$default",
      stage: "$default",
      time: commonLogTime(now),
      timeEpoch: now.getTime(),
    },
    ...(request.body.length > 0 && { body: request.body.toString(text ? "utf8" : "base64") }),
    isBase64Encoded: request.body.length > 0 && !text,
  };
}

/** The event with which a caller invokes a function that has no URL: the part of a request that the caller writes. */
export function directEvent({ requestContext, rawQueryString, body, isBase64Encoded }: ReturnType<typeof httpEvent>) {
  const { method, path: rawPath } = requestContext.http;
  const path = rawQueryString ? `${rawPath}?${rawQueryString}` : rawPath;
  return { method, path, body: body && Buffer.from(body, isBase64Encoded ? "base64" : "utf8").toString() };
}

/**
 * What the client of a function URL gets for a function's result: an object with a status code is the response, any
 * other value is the JSON body of a response.
 * @returns undefined for a response that Lambda refuses
 */
export function httpAnswer(result: unknown): HttpAnswer | undefined {
  if (!isObject(result) || result.statusCode === undefined)
    return answer({ statusCode: 200, body: Buffer.from(JSON.stringify(result ?? null)) });
  const { statusCode, headers = {}, cookies = [], body = "", isBase64Encoded = false } = result;
  const status = Number(statusCode);
  if (!Number.isInteger(status) || status < 100 || status > 599) return undefined;
  if (!isObject(headers) || !Array.isArray(cookies) || typeof body !== "string") return undefined;
  return answer({
    statusCode: status,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)])),
    cookies: cookies.map(String),
    body: Buffer.from(body, isBase64Encoded ? "base64" : "utf8"),
  });
}

function answer({
  statusCode,
  headers,
  cookies = [],
  body,
}: Partial<HttpAnswer> & { statusCode: number; body: Buffer }) {
  return { statusCode, headers: { "content-type": "application/json", ...headers }, cookies, body };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Every other body, forms included, reaches the function in base64. */
function isText(contentType = ""): boolean {
  return /^(text\/|application\/([\w.-]+\+)?(json|xml|javascript))/i.test(contentType);
}

function commonLogTime(date: Date): string {
  const [, day, month, year, time] = date.toUTCString().split(" ");
  return `${day}/${month}/${year}:${time} +0000`;
}
