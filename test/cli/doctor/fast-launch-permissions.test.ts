import { describe, expect, test } from "vitest";
import { serviceRoleRequests } from "../../../cli/doctor/permissions/fast-launch.ts";
import { deployedRoles } from "../../../cli/doctor/permissions/roles.ts";
import type { Requests } from "../../../cli/doctor/permissions/simulation.ts";
import { matches } from "../../../local/policies/conditions.ts";
import { requestsOf } from "../../../local/policies/requests.ts";
import { judge } from "../../../local/policies/verdict.ts";
import {
  accountId as account,
  china,
  snapshots,
  usEast,
  volumeKeyArn,
  withFastLaunch,
} from "../../infra/deployments.ts";
import type { Graph } from "../../infra/graph.ts";
import { eachOf, environmentOf, policiesOf, refusedBy, roleOf, stageOf } from "./simulated.ts";

const chinaKey = volumeKeyArn.replace("arn:aws:kms:us-east-1", "arn:aws-cn:kms:cn-north-1");
const deployments = [
  ["without a key", usEast, undefined],
  ["with a key", usEast, volumeKeyArn],
  ["with a key in China", china, chinaKey],
] as const;

/** What doctor simulates for the role that enables Fast Launch in this deployment. */
function simulated(graph: Graph, place: typeof usEast, key: string | undefined): Requests[] {
  const where = { ...place, account, stage: stageOf(graph) };
  const roles = deployedRoles(where, environmentOf(graph), { variant: "variant", volumeKeyArn: key });
  const { arn, requests } = roles.find(({ noun }) => noun === "fast-launch") ?? {};
  expect(arn).toBe(roleOf(graph, "fast-launch").state.arn);
  return [...(requests ?? []), ...serviceRoleRequests(where)];
}

describe("what is simulated for the role that enables Fast Launch", () => {
  test.each(deployments)("is allowed by the role's policy: %s", async (_, place, key) => {
    const graph = await withFastLaunch(place, { volumeKeyArn: key });

    expect(refusedBy(graph, "fast-launch", simulated(graph, place, key))).toEqual([]);
  });

  test.each(deployments)("is all that the policy allows, but key pairs: %s", async (_, place, key) => {
    const graph = await withFastLaunch(place, { volumeKeyArn: key });
    const requests = eachOf(simulated(graph, place, key));

    const untried = policiesOf(graph, "fast-launch").flatMap((statement) =>
      statement.actions.flatMap((action) =>
        statement.resources
          .filter(
            (resource) =>
              !requests.some(
                (one) => one.action === action && matches(resource, one.resource) && judge([statement], one).allowed,
              ),
          )
          .map((resource) => `${action} on ${resource.split(":").at(-1)}`),
      ),
    );

    expect(untried).toEqual(["ec2:RunInstances on key-pair/*"]);
  });

  test("has each action and type of resource that EC2 asks about when the service enables it", async () => {
    const graph = await withFastLaunch();
    const parameters = { ImageId: "ami-1", LaunchTemplate: { LaunchTemplateId: snapshots.id, Version: "3" } };
    const asked = requestsOf(
      { service: "ec2", operation: "EnableFastLaunch", parameters, tags: {} },
      { ...usEast, roleOfProfile: String, keyOfTopic: () => undefined },
    );

    const kindOf = ({ action, resource }: { action: string; resource: string }) =>
      `${action} ${resource.split(":").at(-1)?.split("/")[0]}`;
    const kinds = eachOf(simulated(graph, usEast, undefined)).map(kindOf);
    expect(asked.length).toBeGreaterThan(5);
    expect(asked.map(kindOf).filter((kind) => !kinds.includes(kind))).toEqual([]);
  });
});

test("without Fast Launch no role for it is simulated", () => {
  const where = { ...usEast, account, stage: "production" };

  expect(deployedRoles(where, { BUCKET: "bucket" }, { variant: "variant" }).map(({ noun }) => noun)).not.toContain(
    "fast-launch",
  );
});
