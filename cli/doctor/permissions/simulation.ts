import {
  type ContextEntry,
  type EvaluationResult,
  type IAMClient,
  paginateSimulatePrincipalPolicy,
} from "@aws-sdk/client-iam";
import { limitAsync } from "es-toolkit";

/** Actions on one resource, in the words of IAM. */
export interface Requests {
  actions: string[];
  /** An ARN; without it, all resources. */
  resource?: string;
  /** Values of condition keys, by key. */
  context?: Readonly<Record<string, ContextValue>>;
}

type ContextValue = string | boolean | readonly string[];

/** What IAM says about one action. */
export interface Decision {
  action: string;
  resource: string;
  result: "allowed" | "denied";
  /** What denies it, as far as IAM says. */
  by?: "no policy" | "a policy" | "the permissions boundary" | "the organization";
  /** Condition keys that the policies ask for and the simulation does not know. */
  missing: string[];
}

/** Simulates the requests with the policies of that user or role. */
export async function simulate(client: IAMClient, source: string, requests: readonly Requests[]): Promise<Decision[]> {
  const decisions = await Promise.all(requests.map((one) => simulateOne(client, source, one)));
  return decisions.flat();
}

/** IAM answers few simulations a second. All at once would use up the attempts of some of them. */
const simulateOne = limitAsync(
  async (client: IAMClient, PolicySourceArn: string, { actions, resource, context = {} }: Requests) => {
    const results: EvaluationResult[] = [];
    const asked = {
      PolicySourceArn,
      ActionNames: actions,
      ...(resource !== undefined && { ResourceArns: [resource] }),
      ContextEntries: Object.entries(context).map(([key, value]) => contextEntry(key, value)),
    };
    for await (const { EvaluationResults = [] } of paginateSimulatePrincipalPolicy({ client }, asked))
      results.push(...EvaluationResults);
    return results.map((one) => decisionOf(one, resource ?? "*"));
  },
  4,
);

function contextEntry(ContextKeyName: string, value: ContextValue): ContextEntry {
  const ContextKeyType = typeof value === "boolean" ? "boolean" : typeof value === "string" ? "string" : "stringList";
  return { ContextKeyName, ContextKeyValues: [value].flat().map(String), ContextKeyType };
}

function decisionOf(result: EvaluationResult, resource: string): Decision {
  const { EvalActionName: action = "", EvalDecision, ResourceSpecificResults: [specific] = [] } = result;
  const missing = [...(result.MissingContextValues ?? []), ...(specific?.MissingContextValues ?? [])];
  const about = { action, resource, missing: [...new Set(missing)] };
  if (EvalDecision === "allowed") return { ...about, result: "allowed" };
  const boundary = result.PermissionsBoundaryDecisionDetail ?? specific?.PermissionsBoundaryDecisionDetail;
  const by =
    result.OrganizationsDecisionDetail?.AllowedByOrganizations === false
      ? "the organization"
      : boundary?.AllowedByPermissionsBoundary === false
        ? "the permissions boundary"
        : EvalDecision === "explicitDeny"
          ? "a policy"
          : "no policy";
  return { ...about, result: "denied", by };
}
