import { type Findings, type Line, linesOf } from "../lines.ts";
import type { Decision } from "./simulation.ts";

export const findings = {
  "may-deploy": { mark: "✓", means: "Your own policies allow the calls without which no deployment works." },
  "may-not-deploy": {
    mark: "✗",
    means: "Your policies, a permissions boundary or your organization deny calls that a deployment makes.",
    remedy: "Deploy with another role, or let somebody allow the named actions.",
  },
  "does-not-deploy": {
    mark: "?",
    means: "The stage is deployed, and your own policies would not let you deploy it again.",
    remedy: "Nothing, unless you deploy: only who deploys needs the named actions.",
  },
  "may-call": { mark: "✓", means: "Your own policies, or callers in config.ts, let you call the service." },
  "may-not-call": {
    mark: "✗",
    means: "Your policies would not let you call the service once it is deployed.",
    remedy: "Allow the named actions in your policy, or add your role to callers in config.ts before you deploy.",
  },
  "does-not-call": {
    mark: "?",
    means: "The stage is deployed, and your own policies do not let you call it: the other commands are refused.",
    remedy: "Nothing, unless you call it: allow the actions in your policy, or add your role to callers and deploy.",
  },
  "role-works": { mark: "✓", means: "The deployed role may make the calls without which it cannot work." },
  "role-hindered": {
    mark: "✗",
    means:
      "Something denies a deployed role what it needs: a changed policy, a permissions boundary or your organization.",
    remedy:
      "Deploy again, which restores the role's policies. What a boundary or the organization denies, only who manages these can allow to the role.",
  },
  "depends-on-conditions": {
    mark: "?",
    means: "Policies allow this only under conditions whose values a simulation does not know.",
    remedy: "Read the named conditions in the policies.",
  },
  "no-simulation": {
    mark: "?",
    means: "IAM simulates users and roles only, not the root user and not federated users.",
    remedy: "Run doctor as the role that deploys.",
  },
  "role-missing": {
    mark: "✗",
    means: "A deployed role does not exist any more.",
    remedy: "Deploy again.",
  },
  "beyond-simulation": {
    mark: "?",
    means: "What iam:SimulatePrincipalPolicy does not see. A call can still be denied by one of these.",
    remedy: "If a call is denied although doctor says ✓, AWS's message or CloudTrail names the kind of policy.",
  },
} as const satisfies Findings;

const line = linesOf(findings);

/** How many actions a line names. */
const maxNamed = 6;

type Judged = "deploy" | "call";

const judged = {
  deploy: { doing: "deploying", right: "may-deploy", wrong: "may-not-deploy", unneeded: "does-not-deploy" },
  call: { doing: "calling the service", right: "may-call", wrong: "may-not-call", unneeded: "does-not-call" },
} as const;

/**
 * What IAM says about the caller.
 * @param isDeployed whether somebody has deployed the stage already, so that this caller may be one who need not
 */
export function judgeCaller(what: Judged, decisions: readonly Decision[], isDeployed: boolean): Line {
  const { doing, right, wrong, unneeded } = judged[what];
  if (!isDeployed) return judge(doing, right, wrong, decisions);
  const who = `${doing} (only needed by who ${what}s)`;
  const found = judge(doing, right, unneeded, decisions);
  return found.finding === unneeded ? judge(who, right, unneeded, decisions) : found;
}

/** What IAM says about a deployed role. */
export function judgeRole(noun: string, decisions: readonly Decision[]): Line {
  return judge(`the role of ${noun}`, "role-works", "role-hindered", decisions);
}

function judge(
  who: string,
  right: keyof typeof findings,
  wrong: keyof typeof findings,
  decisions: readonly Decision[],
): Line {
  const denied = decisions.filter(({ result }) => result === "denied");
  // A simulation leaves out SCPs with conditions, so what the organization denies depends on none.
  const certain = denied.filter(({ missing, by }) => missing.length === 0 || by === "the organization");
  if (certain.length > 0) return line(wrong, `${who}: ${deniedText(certain)}`);
  if (denied.length > 0) {
    const keys = [...new Set(denied.flatMap(({ missing }) => missing))];
    return line("depends-on-conditions", `${who}: ${actionsText(denied)} on ${keys.join(", ")}`);
  }
  return line(right, `${who}: all of ${decisions.length} simulated actions are allowed`);
}

/** `iam:CreateRole (no policy allows it)` */
function deniedText(denied: readonly Decision[]): string {
  const why = { "no policy": "no policy allows", "a policy": "a policy denies" } as const;
  return [...Map.groupBy(denied, ({ by = "no policy" }) => by)]
    .map(([by, of]) => `${by in why ? why[by as keyof typeof why] : `${by} denies`} ${actionsText(of)}`)
    .join("; ");
}

function actionsText(decisions: readonly Decision[]): string {
  const actions = [...new Set(decisions.map(({ action }) => action))];
  const more = actions.length - maxNamed;
  return `${actions.slice(0, maxNamed).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

/** Always said, because a ✓ of a simulation is less than it seems. */
export function notCovered(hasPrincipal: boolean): Line[] {
  return [
    ...(hasPrincipal ? [] : [line("no-simulation", "your own permissions cannot be simulated")]),
    line(
      "beyond-simulation",
      "not covered: session policies, conditions in your organization's SCPs, its RCPs, and policies of resources such as keys and buckets",
    ),
  ];
}

export function namedCaller(arn: string): Line {
  return line("may-call", `calling the service: callers in config.ts names ${arn}`);
}

export function missingRole(arn: string): Line {
  return line("role-missing", `there is no role ${arn}`);
}
