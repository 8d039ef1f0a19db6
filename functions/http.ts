import type { APIGatewayProxyStructuredResultV2 } from "aws-lambda";

/** A JSON answer. */
export function answer(statusCode: number, body: unknown): APIGatewayProxyStructuredResultV2 {
  return { statusCode, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
}

/**
 * Thrown where a call is refused; the error handler at the edge turns it into the JSON answer `{ error, allowed }`.
 * @param error what was wrong
 * @param allowed what would be right
 */
export function refusal(statusCode: number, error: string, allowed: unknown): Error {
  return Object.assign(new Error(JSON.stringify({ error, allowed })), { statusCode, expose: true });
}
