import { minute } from "../../functions/config/time.ts";
import { hasFunctionUrls } from "../../infra/function-urls.ts";
import type { Check } from "./check.ts";
import { type FailedCall, isDenied } from "./failed-checks.ts";
import { type Findings, type Line, linesOf } from "./lines.ts";
import type { Identity, Site } from "./site.ts";

const findings = {
  caller: { mark: "✓", means: "AWS knows who you are. The line says in which account, and until when." },
  "no-credentials": {
    mark: "✗",
    means: "The AWS SDK finds no credentials.",
    ends: true,
    remedy: "aws sso login or aws configure, or set AWS_PROFILE or --profile.",
  },
  "credentials-refused": {
    mark: "✗",
    means:
      "AWS refuses the credentials: they are wrong, their session has ended, or the account has not enabled the Region.",
    ends: true,
    remedy: "Sign in again (aws sso login), or name another profile with --profile.",
  },
  "credentials-end-soon": {
    mark: "?",
    means: "The session ends within a quarter of an hour, and a deployment can take longer.",
    remedy: "Sign in again before you deploy.",
  },
  "root-user": {
    mark: "?",
    means: "You act as the root user of the account, which nobody should, and whose permissions cannot be simulated.",
    remedy: "Use a role: IAM Identity Center, or aws sts assume-role.",
  },
  region: { mark: "✓", means: "The Region is known and has what config.ts wants." },
  "no-region": {
    mark: "✗",
    means: "No Region is known.",
    ends: true,
    remedy: "Set AWS_REGION, --region, or the Region of the profile.",
  },
  "no-function-urls": {
    mark: "✗",
    means: "The Region has no function URLs, and config.ts wants one. A deployment stops.",
    remedy: "Set policies.functionUrl: false in config.ts; callers then invoke the function. Or choose another Region.",
  },
} as const satisfies Findings;

const line = linesOf(findings);

/** What AWS and the SDK say of the caller. An error is in place of what could not be had. */
export interface Caller {
  region: string | undefined;
  identity: Identity | Error;
  /** When the credentials end, in milliseconds since the epoch; undefined if they do not, or if nobody says so. */
  ends: number | undefined;
}

export const accountCheck: Check = {
  name: "account",
  about: "Who you are for AWS, and where",
  findings,
  onLocalStack: true,
  async run(site) {
    const caller = await readCaller(site);
    return [...judgeCaller(caller, site.now()), judgeRegion(caller.region, site.configuration.policies)];
  },
};

async function readCaller({ region, clients, identity }: Site): Promise<Caller> {
  const where = await region().catch(() => undefined);
  if (where === undefined) return { region: undefined, identity: new Error("no Region"), ends: undefined };
  const who = await identity().catch((error: Error) => error);
  const ends = await clients.sts.config.credentials().then(
    ({ expiration }) => expiration?.getTime(),
    () => undefined,
  );
  return { region: where, identity: who, ends };
}

/**
 * @throws Error of the call if it says nothing about the credentials
 */
export function judgeCaller({ region, identity, ends }: Caller, now: number): Line[] {
  if (region === undefined) return [];
  if (identity instanceof Error) return [judgeRefusal(identity)];
  const { arn, account } = identity;
  const until = ends === undefined ? "" : `, until ${new Date(ends).toISOString().slice(0, 16)}Z`;
  const isRoot = /:iam::\d{12}:root$/.test(arn);
  return [
    isRoot
      ? line("root-user", `the root user of account ${account}`)
      : line("caller", `${arn} in account ${account}${until}`),
    ...(ends !== undefined && ends - now < 15 * minute
      ? [
          line(
            "credentials-end-soon",
            `the credentials end in ${Math.max(0, Math.round((ends - now) / minute))} minutes`,
          ),
        ]
      : []),
  ];
}

function judgeRefusal(error: FailedCall): Line {
  const { name, message } = error;
  if (/^(CredentialsProviderError|TokenProviderError)$/.test(name)) return line("no-credentials", message);
  if (
    /Expired|InvalidClientToken|UnrecognizedClient|SignatureDoesNotMatch|InvalidSignature|InvalidAccessKey/.test(
      name,
    ) ||
    isDenied(error)
  )
    return line("credentials-refused", `${name}: ${message}`);
  throw error;
}

export function judgeRegion(region: string | undefined, { functionUrl }: { functionUrl: boolean }): Line {
  if (region === undefined) return line("no-region", "no Region is known");
  if (functionUrl && !hasFunctionUrls(region)) return line("no-function-urls", `${region} has no function URLs`);
  return line("region", `${region}${functionUrl ? ", which has function URLs" : ""}`);
}
