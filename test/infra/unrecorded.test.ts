import { beforeAll, expect, test } from "vitest";
import { unrecorded } from "../../local/policies/unrecorded.ts";
import { type Graph, graphOf, list, permissionsOf } from "./graph.ts";

// As rehearsals have it: in a VPC. With all that their configurations allow.
const volumeKeyArn = "arn:aws:kms:us-east-1:123456789012:key/0123abcd-0123-4567-89ab-0123456789ab";
const network = { kind: "vpc" as const, vpcId: "vpc-0123456789abcdef0", subnetIds: ["subnet-0123456789abcdef0"] };

let graph: Graph;
beforeAll(async () => {
  const variants = [{ windows: 2022 as const, kubernetes: "1.35", base: "Base" as const }];
  graph = await graphOf({ variants, policies: { network, kubernetesSource: "eks", volumeKeyArn } }, "rehearsal");
}, 120_000);

test.each(unrecorded)(
  "a permission that no rehearsal needs is there, and its reason with it: $reason",
  ({ roles, actions }) => {
    for (const role of roles) {
      const allowed = permissionsOf(graph.named(role)).flatMap(({ Effect, Action }) =>
        Effect === "Allow" ? list(Action) : [],
      );
      expect(actions.filter((action) => action === "any" || allowed.includes(action))).not.toEqual([]);
    }
    const all = roles.flatMap((role) => permissionsOf(graph.named(role)).flatMap(({ Action }) => list(Action)));
    expect(actions.filter((action) => action !== "any" && !all.includes(action))).toEqual([]);
  },
);

test("a deployment in a VPC of the user's makes no security groups while it builds", () => {
  const actions = permissionsOf(graph.named("BuildRole")).flatMap(({ Action }) => list(Action));

  expect(actions.filter((action) => /SecurityGroup/.test(action))).toEqual(["ec2:DescribeSecurityGroups"]);
});
