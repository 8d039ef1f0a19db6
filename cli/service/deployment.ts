import { TransientError } from "../cli-error.ts";
import type { Aws } from "./aws.ts";
import { callingUrl } from "./call-url.ts";
import { type LocalStack, readLocalStack } from "./local-stack.ts";
import { lookUp } from "./look-up.ts";
import { type ReadPage, readingUrl } from "./read-page.ts";

/** A call of the API. What the service refuses is an answer; what does not reach it is a {@link CliError}. */
export type CallApi = (method: "GET" | "POST", path: string, body?: object) => Promise<Reply>;
export interface Reply {
  status: number;
  answer: unknown;
}

/** Where a person says that the deployment is. */
export interface Where {
  stage: string;
  region?: string;
  profile?: string;
  /** The function URL, if the person knows it. */
  url?: string;
  /** Whether the running local stack is meant. */
  local: boolean;
}

export interface Deployment {
  /** In words: `production in us-east-1`. */
  name: string;
  stage: string;
  region: string;
  call: CallApi;
  /** Gets an answer of the API for somebody who looks at it. */
  read: ReadPage;
  /** Settings for clients of the AWS SDK that act as this person. */
  aws: Aws;
  /** The running local stack, with `--local`. */
  local?: LocalStack;
}

export interface Surroundings {
  environment: Readonly<Record<string, string | undefined>>;
  readConfig(): Promise<unknown>;
  warn(line: string): void;
}

/**
 * Finds a deployment and how to call it: `--local` and `--url` say it, else Lambda does.
 * @throws CliError that says what to check
 */
export async function connect(where: Where, surroundings: Surroundings): Promise<Deployment> {
  if (where.local) return connectLocal();
  return lookUp(where, surroundings);
}

async function connectLocal(): Promise<Deployment> {
  const stack = readLocalStack();
  const { url, region, endpoint, now } = stack;
  const credentials = async () => stack.credentials;
  const caller = { region, credentials, now };
  const unreachable = (error: Error) => {
    throw new TransientError(`the local stack does not answer at ${url}: ${error.message}`, [
      "npm run local starts it",
    ]);
  };
  return {
    name: "the local stack",
    stage: "local",
    region,
    call: callingUrl(url, caller, unreachable),
    read: readingUrl(url, caller, unreachable),
    aws: { region, credentials, endpoint },
    local: stack,
  };
}
