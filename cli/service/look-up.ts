import { GetFunctionUrlConfigCommand, LambdaClient } from "@aws-sdk/client-lambda";
import * as z from "zod";
import { parseConfiguration } from "../../functions/config/configuration.ts";
import { usageError } from "../cli-error.ts";
import { awsOf } from "./aws.ts";
import { type Attempt, explainAwsError } from "./aws-errors.ts";
import { callingUrl, replyOf } from "./call-url.ts";
import type { Deployment, Surroundings, Where } from "./deployment.ts";
import { invoking } from "./invoke.ts";
import { readingUrl } from "./read-page.ts";

/** What the function is called in AWS (infra/names.ts). */
export function functionNameOf(stage: string): string {
  return `eks-windows-images-${stage}-api`;
}

/**
 * Finds a deployment by its stage and Region. Lambda says whether its function has a URL; without one, the function is
 * invoked.
 */
export async function lookUp(where: Where, surroundings: Surroundings): Promise<Deployment> {
  const { stage, profile } = where;
  const host = where.url === undefined ? undefined : functionUrlHost(where.url);
  const aws = await awsOf(where);
  const lambda = new LambdaClient(aws);
  const { region } = aws;
  const attempt = { stage, profile, region, functionName: host ?? functionNameOf(stage) };
  const url = where.url ?? (await askForUrl(lambda, attempt, surroundings));
  // Nobody has checked that a URL which a person names is that of the stage.
  const name = host ?? `${stage} in ${region}`;
  const api = typeof url === "string" ? viaUrl(url, aws, attempt) : invoking(lambda, attempt, url.hasUrl);
  return { name, stage, region, aws, ...api };
}

/**
 * Signed calls go to a function URL of AWS and nowhere else.
 * @throws CliError if this is none
 */
function functionUrlHost(url: string): string {
  const { protocol, host } = URL.parse(url) ?? {};
  if (protocol === "https:" && host && /^[a-z0-9]+\.lambda-url\.[a-z0-9-]+\.on\.aws$/.test(host)) return host;
  throw usageError(
    `${url} is no function URL`,
    "--url and EKS_WINDOWS_IMAGES_URL are like https://abc123.lambda-url.us-east-1.on.aws/",
  );
}

/** @returns the URL, or whether the function has one that is unknown here */
async function askForUrl(
  lambda: LambdaClient,
  attempt: Omit<Attempt, "action">,
  { readConfig, warn }: Surroundings,
): Promise<string | { hasUrl: boolean }> {
  try {
    const { FunctionUrl } = await lambda.send(new GetFunctionUrlConfigCommand({ FunctionName: attempt.functionName }));
    return FunctionUrl ?? { hasUrl: false };
  } catch (error) {
    const { name } = error as Error;
    // The function has no URL, or does not exist: the invocation tells.
    if (name === "ResourceNotFoundException") return { hasUrl: false };
    if (name !== "AccessDeniedException")
      throw explainAwsError(error as Error, { ...attempt, action: "lambda:GetFunctionUrlConfig" });
    const { functionUrl } = parseConfiguration(await readConfig()).policies;
    warn(
      `You may not ask for the function's URL (lambda:GetFunctionUrlConfig), so the function is invoked as if config.ts, with functionUrl: ${functionUrl}, were what is deployed. --url names the URL.`,
    );
    return { hasUrl: functionUrl };
  }
}

/** Lambda itself refuses calls of a URL with 403 and 429, before they reach the service. */
function viaUrl(
  url: string,
  aws: Deployment["aws"],
  attempt: Omit<Attempt, "action">,
): Pick<Deployment, "call" | "read"> {
  const about = { ...attempt, action: "lambda:InvokeFunctionUrl and lambda:InvokeFunction", url };
  const caller = { ...aws, now: () => new Date() };
  const unreachable = (error: Error) => {
    throw explainAwsError(error, about);
  };
  const [call, read] = [callingUrl(url, caller, unreachable), readingUrl(url, caller, unreachable)];
  const refuseFor = (status: number, answer: unknown) => {
    const said = LambdaError.safeParse(answer).data;
    if (!said || (status !== 403 && status !== 429)) return;
    const error = new Error(said.message ?? said.Message);
    error.name = status === 429 ? "TooManyRequestsException" : "AccessDeniedException";
    throw explainAwsError(error, about);
  };
  return {
    async call(method, path, body) {
      const reply = await call(method, path, body);
      refuseFor(reply.status, reply.answer);
      return reply;
    },
    async read(path, accept) {
      const page = await read(path, accept);
      refuseFor(page.status, replyOf(page.status, page.body).answer);
      return page;
    },
  };
}

const LambdaError = z
  .object({ message: z.string().optional(), Message: z.string().optional() })
  .refine(({ message, Message }) => message !== undefined || Message !== undefined);
