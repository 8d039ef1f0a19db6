import { InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { mapKeys } from "es-toolkit";
import * as z from "zod";
import { functionUrlCall } from "../../functions/api/direct-calls.ts";
import { JsonText } from "../../functions/config/json.ts";
import { CliError } from "../cli-error.ts";
import { type Attempt, explainAwsError } from "./aws-errors.ts";
import { replyOf } from "./call-url.ts";
import type { CallApi } from "./deployment.ts";
import type { ReadPage } from "./read-page.ts";

const Answer = z.object({
  statusCode: z.number(),
  headers: z.record(z.string(), z.coerce.string()).default({}),
  body: z.string(),
});
type Answer = z.infer<typeof Answer>;

/**
 * Calls the API by invoking its function.
 * @param hasUrl whether the function expects the events of its URL
 */
export function invoking(
  lambda: LambdaClient,
  attempt: Omit<Attempt, "action">,
  hasUrl: boolean,
): { call: CallApi; read: ReadPage } {
  async function invoke(event: object): Promise<string> {
    const { FunctionError, Payload } = await lambda.send(
      new InvokeCommand({ FunctionName: attempt.functionName, Payload: JSON.stringify(event) }),
    );
    const text = Payload?.transformToString() ?? "";
    if (FunctionError)
      throw new CliError(`the function ${attempt.functionName} failed: ${FunctionError} ${text}`, ["its log says why"]);
    return text;
  }

  async function answerTo(method: string, path: string, body?: object, accept?: string): Promise<Answer> {
    try {
      const caller = hasUrl ? await callerOf(lambda) : "";
      const event = eventOf({ hasUrl, caller }, method, path, body);
      const text = await invoke(accept === undefined ? event : { ...event, headers: { accept } });
      return JsonText.pipe(Answer).parse(text);
    } catch (error) {
      throw explainAwsError(error as Error, { ...attempt, action: "lambda:InvokeFunction" });
    }
  }

  return {
    async call(method, path, body) {
      const { statusCode, body: answer } = await answerTo(method, path, body);
      return replyOf(statusCode, answer);
    },
    async read(path, accept) {
      const { statusCode, headers, body } = await answerTo("GET", path, undefined, accept);
      return { status: statusCode, headers: mapKeys(headers, (_, name) => name.toLowerCase()), body };
    },
  };
}

async function callerOf({ config }: LambdaClient): Promise<string> {
  const sts = new STSClient({ region: config.region, credentials: config.credentials });
  return (await sts.send(new GetCallerIdentityCommand())).Arn ?? "unknown";
}

/**
 * The event with which the `api` function is invoked directly. A function with a URL expects the event of its URL, in
 * which Lambda names the caller; here the caller does (docs/api.md).
 */
export function eventOf(
  { hasUrl, caller }: { hasUrl: boolean; caller: string },
  method: string,
  path: string,
  body: object | undefined,
): object {
  if (!hasUrl) return { method, path, ...(body && { body }) };
  return functionUrlCall(
    { method, path, body: body && JSON.stringify(body) },
    { requestId: crypto.randomUUID(), userArn: caller },
  );
}
