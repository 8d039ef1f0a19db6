import { type QuotaFinding, readQuotas } from "../../infra/quota-reading.ts";
import type { Check } from "./check.ts";
import { lineOfError } from "./failed-checks.ts";
import { type Findings, type Line, linesOf } from "./lines.ts";

const findings = {
  "quota-enough": { mark: "✓", means: "The quota is large enough for config.ts." },
  "quota-not-needed": {
    mark: "✓",
    means: "config.ts reserves no concurrent executions, so this quota does not matter.",
  },
  "quota-too-small": {
    mark: "✗",
    means: "A deployment stops, or builds wait or fail, because the account may not have as much as config.ts wants.",
    remedy: "Request more with the command that the line shows, or ask for less in config.ts.",
  },
  "quota-unknown": {
    mark: "?",
    means:
      "The quota could not be read: Service Quotas has no value of this account's, or the instance type has a quota of its own.",
    remedy: "Compare the quota with config.ts yourself, in the console of Service Quotas.",
  },
} as const satisfies Findings;

const line = linesOf(findings);

export const quotasCheck: Check = {
  name: "quotas",
  about: "Whether the account may have as much as config.ts wants",
  findings,
  onLocalStack: false,
  async run({ clients: { ec2, lambda, quotas }, configuration: { policies }, named }) {
    const source = { ec2, lambda, serviceQuotas: quotas, named, signal: () => AbortSignal.timeout(20_000) };
    return (await readQuotas(policies, source)).map(judgeQuota);
  },
};

export function judgeQuota({ of, has, tooSmall, unread }: QuotaFinding): Line {
  if (tooSmall) return line("quota-too-small", tooSmall.wrong, `${tooSmall.remedy}.`);
  if (unread) {
    const failed = lineOfError(unread, false);
    return failed.finding === "denied" ? failed : line("quota-unknown", `${of}: ${unread.message}`);
  }
  return has === undefined
    ? line("quota-not-needed", `${of}: none are reserved`)
    : line("quota-enough", `${of}: ${has}`);
}
