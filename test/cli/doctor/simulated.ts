import type { DeployedRole } from "../../../cli/doctor/permissions/roles.ts";
import type { Requests } from "../../../cli/doctor/permissions/simulation.ts";
import type { CreatedResource } from "../../../local/deploy/cloud.ts";
import { type Statement, statementsOf } from "../../../local/policies/policy.ts";
import { judge, type Request } from "../../../local/policies/verdict.ts";
import { type Graph, permissionsOf } from "../../infra/graph.ts";

/** What doctor has IAM simulate, held against the policies that a deployment has. */

const names = { reconcile: "ReconcileRole", api: "ApiRole", build: "BuildRole", "fast-launch": "FastLaunchRole" };

export function roleOf(graph: Graph, noun: DeployedRole["noun"]): CreatedResource {
  return graph.named(names[noun]);
}

export function policiesOf(graph: Graph, noun: DeployedRole["noun"]): Statement[] {
  return statementsOf(JSON.stringify({ Statement: permissionsOf(roleOf(graph, noun), graph.resources) }));
}

export function environmentOf(graph: Graph): Record<string, string> {
  const { environment } = graph.named("ReconcileFunction").inputs as {
    environment: { variables: Record<string, string> };
  };
  return environment.variables;
}

export function stageOf(graph: Graph): string {
  return environmentOf(graph).STAGE ?? "";
}

/** What IAM is asked, a request for each action. */
export function eachOf(requests: readonly Requests[]): Request[] {
  return requests.flatMap(({ actions, resource = "*", context = {} }) => {
    const values = Object.entries(context).map(([key, value]) => [key.toLowerCase(), [value].flat().map(String)]);
    return actions.map((action) => ({ action, resource, context: Object.fromEntries(values) }));
  });
}

export function refusedBy(graph: Graph, noun: DeployedRole["noun"], requests: readonly Requests[]): string[] {
  return eachOf(requests).flatMap((request) => {
    const verdict = judge(policiesOf(graph, noun), request);
    return verdict.allowed ? [] : `${names[noun]}: ${verdict.why}`;
  });
}
