import { type Graph, list, permissionsOf, type Statement } from "./graph.ts";

/** Condition values: the resource has the stage's tag; the call sets it; EC2 sets it in one of these calls. */
export const hasTag = { "aws:ResourceTag/eks-windows-images:stage": "production" };
export const setsTag = { "aws:RequestTag/eks-windows-images:stage": "production" };
export const createActions = ["RunInstances", "CreateKeyPair", "CreateSecurityGroup", "CreateImage"];

/** The build role's statements that allow an action on one type of resource. */
export function statementsAbout(graph: Graph, action: string, kind: string): Statement[] {
  return permissionsOf(graph.named("BuildRole")).filter(
    ({ Effect, Action, Resource }) =>
      Effect === "Allow" &&
      list(Action).includes(`ec2:${action}`) &&
      list(Resource).some((arn) => arn.split(":")[5]?.startsWith(`${kind}/`)),
  );
}

export function conditionsOf(graph: Graph, action: string, kind: string) {
  return statementsAbout(graph, action, kind).map(({ Condition }) => Condition);
}

/** The condition that an instance has one of the two deployed profiles. */
export function profiles(graph: Graph) {
  return { "ec2:InstanceProfile": [graph.named("GuestProfile").state.arn, graph.named("HarvestProfile").state.arn] };
}
