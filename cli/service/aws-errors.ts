import { CliError, TransientError } from "../cli-error.ts";

/** What was tried. */
export interface Attempt {
  stage: string;
  region: string;
  profile?: string;
  functionName: string;
  /** What the caller must be allowed to do. */
  action: string;
  url?: string;
}

/** An error of AWS in words, with what to do about it. One that is in words already stays as it is. */
export function explainAwsError(error: Error, attempt: Attempt): CliError {
  if (error instanceof CliError) return error;
  const { stage, region, functionName, action, url } = attempt;
  switch (kindOf(error)) {
    case "credentials":
      return new CliError(`no AWS credentials were found: ${error.message}`, [
        "aws sso login, aws configure, or AWS_PROFILE",
        "--profile names another profile",
      ]);
    case "expired":
      return new CliError(`your AWS credentials have expired: ${error.message}`, [signIn(attempt)]);
    case "denied":
      return new CliError(`AWS does not let you call ${functionName} in ${region}: ${error.message}`, [
        `you need ${action} on the function, by your own policy or as one of "callers" in config.ts (docs/operations.md)`,
        "--profile names another profile",
      ]);
    case "missing":
      return new CliError(`there is no function ${functionName} in ${region}`, [
        `the stage is ${stage}: --stage or EKS_WINDOWS_IMAGES_STAGE names another one`,
        `the Region is ${region}: --region or AWS_REGION names another one`,
        "the account is that of your credentials: --profile names others (aws sts get-caller-identity shows it)",
      ]);
    case "throttled":
      return new TransientError(`AWS limits the calls of ${functionName}: ${error.message}`, [
        "try it again in a minute",
      ]);
    default:
      return new (isPassing(error) ? TransientError : CliError)(
        `calling ${url ?? functionName} in ${region}: ${causeOf(error)}`,
        ["if that is a connection, try it again; else check --region, --url and the network"],
      );
  }
}

function kindOf({ name, message }: Error): "credentials" | "expired" | "denied" | "missing" | "throttled" | undefined {
  if (/expired/i.test(`${name} ${message}`)) return "expired";
  if (name === "CredentialsProviderError" || name === "TokenProviderError") return "credentials";
  if (/^(AccessDenied|Unrecognized|InvalidClientToken|InvalidSignature|SignatureDoesNotMatch)/.test(name))
    return "denied";
  if (name === "ResourceNotFoundException") return "missing";
  if (/^(TooManyRequests|Throttling)/.test(name)) return "throttled";
  return undefined;
}

/** A connection that failed, or a failure of AWS's own. */
function isPassing(error: Error & { code?: unknown; $fault?: unknown }): boolean {
  const { name, code, cause, $fault } = error;
  return $fault === "server" || name === "TimeoutError" || typeof code === "string" || cause instanceof Error;
}

function signIn({ profile }: Attempt): string {
  return `sign in again, for example with aws sso login${profile === undefined ? "" : ` --profile ${profile}`}`;
}

/** The fetch of Node.js says why only in its cause. */
function causeOf(error: Error): string {
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
