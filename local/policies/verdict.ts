import { type Context, hold, matches } from "./conditions.ts";
import type { Statement } from "./policy.ts";

/** What somebody wants to do: one action on one resource. A call of AWS's may be several of them. */
export interface Request {
  /** `ec2:RunInstances` */
  action: string;
  /** An ARN, or `*` where AWS knows no resource for the action. */
  resource: string;
  context: Context;
  /** Who asks, for the policies of resources, which name whom they are about. */
  principal?: Principal;
}

/** `lambda.amazonaws.com`, or the ARN of a role or user. */
export interface Principal {
  type: "Service" | "AWS";
  id: string;
}

export type Verdict = { allowed: true; by: Statement } | { allowed: false; why: string; by?: Statement };

/**
 * What policies say to a request, be they an identity's or a resource's, as IAM decides within one account: an explicit Deny beats every
 * Allow, and without an Allow there is none.
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
    isMeant(statement, principal) &&
    statement.actions.some((pattern) => matches(pattern, action, "i")) &&
    statement.resources.some((pattern) => matches(pattern, resource)) &&
    hold(statement.conditions, context)
  );
}

/** An identity's own policy names nobody. An account in a resource's policy stands for all its identities. */
function isMeant({ principal: meant }: Statement, asking: Principal | undefined): boolean {
  if (meant === undefined || meant === "*") return true;
  if (!asking) return false;
  const account = asking.type === "AWS" ? asking.id.split(":").slice(0, 5).join(":") : "";
  return (meant[asking.type] ?? []).some((one) => one === "*" || one === asking.id || one === `${account}:root`);
}

function whyNot(statements: readonly Statement[], { action, resource, principal }: Request): string {
  const ofAction = statements.filter(
    ({ effect, actions }) => effect === "Allow" && actions.some((pattern) => matches(pattern, action, "i")),
  );
  if (ofAction.length === 0) return `no statement allows ${action}`;
  const ofResource = ofAction.filter(({ resources }) => resources.some((pattern) => matches(pattern, resource)));
  if (ofResource.length === 0) return `no statement allows ${action} on ${resource}`;
  const ofPrincipal = ofResource.filter((statement) => isMeant(statement, principal));
  if (ofPrincipal.length === 0) return `no statement allows ${action} to ${principal?.id ?? "nobody"}`;
  const names = ofPrincipal.map(({ sid }) => sid ?? "a statement").join(", ");
  return `the conditions of ${names} do not hold for ${action} on ${resource}`;
}
