import { type Context, hold, matches } from "./conditions.ts";
import type { Statement } from "./policy.ts";

/** One action on one resource. A call to AWS may consist of several requests. */
export interface Request {
  /** `ec2:RunInstances` */
  action: string;
  /** An ARN, or `*` for an action without resource-level permissions. */
  resource: string;
  context: Context;
  /** The caller. Resource policies need it, because they name principals. */
  principal?: Principal;
}

/** `lambda.amazonaws.com`, or the ARN of a role or user. */
export interface Principal {
  type: "Service" | "AWS";
  id: string;
}

export type Verdict = { allowed: true; by: Statement } | { allowed: false; why: string; by?: Statement };

/**
 * Decides about a request as IAM does within one account, by the policies of an identity or of a resource: an explicit
 * Deny overrides every Allow, and without an Allow the request is denied.
 */
export function judge(statements: readonly Statement[], request: Request): Verdict {
  const fitting = statements.filter((statement) => fits(statement, request));
  const deny = fitting.find(({ effect }) => effect === "Deny");
  if (deny) return { allowed: false, why: `${deny.sid ?? "a statement"} denies it`, by: deny };
  const allow = fitting.find(({ effect }) => effect === "Allow");
  if (allow) return { allowed: true, by: allow };
  return { allowed: false, why: whyNot(statements, request) };
}

function fits(statement: Statement, { action, resource, context, principal }: Request): boolean {
  return (
    applies(statement, principal) &&
    statement.actions.some((pattern) => matches(pattern, action, "i")) &&
    statement.resources.some((pattern) => matches(pattern, resource)) &&
    hold(statement.conditions, context)
  );
}

/** An identity's own policy names no principal. An account in a resource policy means all its identities. */
function applies({ principal: named }: Statement, caller: Principal | undefined): boolean {
  if (named === undefined || named === "*") return true;
  if (!caller) return false;
  const account = caller.type === "AWS" ? caller.id.split(":").slice(0, 5).join(":") : "";
  return (named[caller.type] ?? []).some((one) => one === "*" || one === caller.id || one === `${account}:root`);
}

function whyNot(statements: readonly Statement[], { action, resource, principal }: Request): string {
  const ofAction = statements.filter(
    ({ effect, actions }) => effect === "Allow" && actions.some((pattern) => matches(pattern, action, "i")),
  );
  if (ofAction.length === 0) return `no statement allows ${action}`;
  const ofResource = ofAction.filter(({ resources }) => resources.some((pattern) => matches(pattern, resource)));
  if (ofResource.length === 0) return `no statement allows ${action} on ${resource}`;
  const ofPrincipal = ofResource.filter((statement) => applies(statement, principal));
  if (ofPrincipal.length === 0) return `no statement allows ${action} to ${principal?.id ?? "an unknown caller"}`;
  const names = ofPrincipal.map(({ sid }) => sid ?? "a statement").join(", ");
  return `the conditions of ${names} do not hold for ${action} on ${resource}`;
}
