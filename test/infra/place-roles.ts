import type { Parameters } from "../../local/cloudformation/evaluate.ts";
import { type Call, requestsThere } from "../../local/policies/requests.ts";
import { accountOf, policiesOf } from "../../local/policies/review.ts";
import { type Spoke, spokeOf, statementsOfSpoke } from "../../local/policies/spoke.ts";
import { judge } from "../../local/policies/verdict.ts";
import { accountId, otherAccount, usEast, volumeKeyArn } from "./deployments.ts";
import type { Graph } from "./graph.ts";

/** Whether a role may make a call in a place, which is by default in its Region and about its account's resources. */
export type May = (call: Partial<Call> & Pick<Call, "operation">) => boolean;

const home = `arn:aws:iam::${accountId}:role`;
export const hubRoles = {
  reconcile: `${home}/eks-windows-images-production-us-east-1-reconcile`,
  api: `${home}/eks-windows-images-production-us-east-1-api`,
  build: `${home}/eks-windows-images-production-us-east-1-build`,
};

/** The spoke of the other account, with the usual values of parameters but for these. */
export function spoke(parameters: Parameters = {}): Spoke {
  return spokeOf(otherAccount, {
    HubReconcileRoleArn: hubRoles.reconcile,
    HubApiRoleArn: hubRoles.api,
    Regions: "eu-west-1,us-east-1",
    HomeKeyArn: volumeKeyArn,
    ...parameters,
  });
}

/** With everything but fleets. */
export const everySwitch = { HubBuildRoleArn: hubRoles.build, FastLaunch: "true", Shares: "true" };

export function spokeMay(parameters: Parameters = {}): May {
  const statements = statementsOfSpoke(spoke(parameters));
  return may(statements, { account: otherAccount });
}

export function hubMay({ resources, named }: Graph, role = "PlacesRole"): May {
  const statements = policiesOf(resources).get(String(named(role).inputs.name)) ?? [];
  return may(statements, { account: accountId });
}

function may(statements: ReturnType<typeof statementsOfSpoke>, where: Pick<Call, "account">): May {
  return (call) => {
    const whole = { service: "ec2", parameters: {}, tags: {}, region: "eu-west-1", ...where, ...call };
    const requests = requestsThere(whole, accountOf(usEast, []));
    return requests.length > 0 && requests.every((request) => judge(statements, request).allowed);
  };
}
