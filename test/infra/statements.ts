import { type Graph, list, permissionsOf, type Statement } from "./graph.ts";

/** What the build role's policies say about an action on a kind of resource. */
export function said(graph: Graph, action: string, kind: string): Statement[] {
  return permissionsOf(graph.named("BuildRole")).filter(
    ({ Action, Resource }) =>
      list(Action).includes(`ec2:${action}`) && list(Resource).some((arn) => arn.split(":")[5]?.startsWith(`${kind}/`)),
  );
}

export function conditionsOf(graph: Graph, action: string, kind: string) {
  return said(graph, action, kind).map(({ Condition }) => Condition);
}

/** The two that every instance of ours has one of. */
export function profiles(graph: Graph) {
  return { "ec2:InstanceProfile": [graph.named("GuestProfile").state.arn, graph.named("HarvestProfile").state.arn] };
}
