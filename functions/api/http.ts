import type { APIGatewayProxyEventV2WithIAMAuthorizer, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import * as z from "zod";
import { clip } from "../config/clip.ts";
import { JsonText } from "../config/json.ts";
import { directInvocation } from "../domain/intervention-tags.ts";

/** A signed call of the function URL, or a direct invocation converted to its shape (direct-calls.ts). */
export type Call = APIGatewayProxyEventV2WithIAMAuthorizer;
export type Answer = APIGatewayProxyStructuredResultV2;

/** A JSON answer. */
export function answer(statusCode: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return { statusCode, headers: { "Content-Type": "application/json", ...headers }, body: JSON.stringify(body) };
}

/** A call may have 6 MB, and an answer that quotes as much of it would be too large for Lambda, which answers 502 then. */
const maxErrorLength = 1_000;

/**
 * The error to throw when a call is refused. The error handler turns it into the JSON answer `{ error, allowed }`.
 * @param error what was wrong; what exceeds 1,000 characters is left out
 * @param allowed what would be right
 */
export function refusal(statusCode: number, error: string, allowed: unknown): Error {
  const said = JSON.stringify({ error: clip(error, maxErrorLength), allowed });
  return Object.assign(new Error(said), { statusCode, expose: true });
}

/**
 * Parses a call's body.
 * @param example an allowed body, shown to the caller if the body is wrong
 * @throws a {@link refusal} that says what is wrong
 */
export function parseBody<T extends z.ZodType>(call: Call, schema: T, example: unknown): z.infer<T> {
  const json = JsonText.safeParse(bodyOf(call));
  if (!json.success) throw refusal(400, "the body is not JSON", example);
  const body = schema.safeParse(json.data);
  if (!body.success) throw refusal(400, z.prettifyError(body.error), example);
  return body.data;
}

/**
 * Parses a call's query. A name that is given twice has both values, with a comma between them, as Lambda hands it over.
 * @param example the allowed query, shown to the caller if the query is wrong
 * @throws a {@link refusal} that says what is wrong
 */
export function parseQuery<T extends z.ZodType>(call: Call, schema: T, example: unknown): z.infer<T> {
  const query = schema.safeParse(call.queryStringParameters ?? {});
  if (!query.success) throw refusal(400, z.prettifyError(query.error), example);
  return query.data;
}

/** A call's body as text. */
export function bodyOf(call: Call): string {
  return call.isBase64Encoded ? Buffer.from(call.body ?? "", "base64").toString() : (call.body ?? "");
}

/** Paths of users and roles may have any printable character of ASCII (IAM user guide, "IAM and AWS STS quotas"). */
const arn = /^arn:[!-;=?-~]+$/;

/**
 * ARN of the identity that signed the call. An identity that may invoke the function directly, such as an
 * administrator, can name any caller, but nothing that is no ARN: it becomes part of tags, records and mails.
 */
export function callerOf(call: Call): string {
  const caller: unknown = call.requestContext.authorizer?.iam?.userArn;
  return typeof caller === "string" && (caller === directInvocation || arn.test(caller)) ? caller : "unknown";
}
