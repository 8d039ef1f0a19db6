import { TimeoutError } from "p-timeout";
import { type Findings, type Line, linesOf } from "./lines.ts";

/** The stage does not exist in this account and Region. */
export class NotDeployed extends Error {}

/** What an error says of the call that failed: the action that IAM checks, such as `ec2:DescribeSubnets`. */
export type FailedCall = Error & { action?: string };

/** What any check can find. */
export const commonFindings = {
  denied: {
    mark: "?",
    means: "AWS does not let you read what this check needs.",
    remedy: "Allow the named action to the identity that runs doctor (AWS's policy ReadOnlyAccess has all of them).",
  },
  "not-deployed": {
    mark: "?",
    means: "The stage is not deployed in this account and Region, and this check needs a deployment.",
    remedy: "Deploy it, or name another one with --stage, --region or --profile.",
  },
  "not-emulated": {
    mark: "?",
    means: "The local stack's emulators cannot answer this.",
    remedy: "Run doctor without --local against an account.",
  },
  "no-answer": {
    mark: "?",
    means: "AWS, or the service, did not answer in time.",
    remedy: "Try it again. If it stays so, look at the network between here and AWS: proxy, DNS, VPC endpoints.",
  },
  unreadable: {
    mark: "?",
    means: "The check failed for a reason of its own, which the line quotes.",
    remedy: "Do what AWS says, and run doctor again.",
  },
  unchecked: {
    mark: "?",
    means: "Without working credentials and a Region nothing else can be checked.",
    remedy: "Mend what is marked ✗ above, and run doctor again.",
  },
} as const satisfies Findings;

const line = linesOf(commonFindings);

const denials =
  /^(AccessDenied|AccessDeniedException|UnauthorizedOperation|AuthorizationError|AuthorizationErrorException|NotAuthorized|NotAuthorizedException)$/;
const networkErrors = /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/;

/** The line of a check that could not be made. */
export function lineOfError(error: FailedCall, isLocal: boolean): Line {
  const { name, message, action } = error;
  const code = (error as NodeJS.ErrnoException).code ?? "";
  if (isLocal) return line("not-emulated", `the local stack does not answer ${action ?? "this"}`);
  if (error instanceof NotDeployed) return line("not-deployed", message);
  if (isDenied(error)) {
    const denied = deniedAction(message) ?? action ?? "an action that AWS does not name";
    return line("denied", `${denied} is denied`, `Allow ${denied} to the identity that runs doctor.`);
  }
  if (error instanceof TimeoutError || name === "TimeoutError")
    return line("no-answer", `${action ?? "AWS"} gave no answer in time`);
  if (networkErrors.test(code)) return line("no-answer", `${action ?? "AWS"} cannot be reached: ${message}`);
  return line("unreadable", `${action ? `${action}: ` : ""}${name === "Error" ? "" : `${name}: `}${message}`);
}

export function isDenied({ name }: Error): boolean {
  return denials.test(name);
}

/** AWS names the action in most of its refusals. */
function deniedAction(message: string): string | undefined {
  return /not authorized to perform: ([\w-]+:\w+)/.exec(message)?.[1];
}
