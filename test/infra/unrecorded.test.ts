import { beforeAll, describe, expect, test } from "vitest";
import { unrecorded } from "../../local/policies/unrecorded.ts";
import { network, volumeKeyArn } from "./deployments.ts";
import { type Graph, graphOf, list, permissionsOf } from "./graph.ts";

// The deployment of a rehearsal: in a VPC, with everything that the configurations of rehearsals allow.
let graph: Graph;
beforeAll(async () => {
  const variants = [{ windows: 2022 as const, kubernetes: "1.35", base: "Base" as const }];
  graph = await graphOf({ variants, policies: { network, kubernetesSource: "eks", volumeKeyArn } }, "rehearsal");
});

describe("a permission that rehearsals do not need is granted", () => {
  test.each(unrecorded)("$reason", ({ roles, actions }) => {
    for (const role of roles) {
      const allowed = permissionsOf(graph.named(role)).flatMap(({ Effect, Action }) =>
        Effect === "Allow" ? list(Action) : [],
      );
      expect(actions.filter((action) => allowed.includes(action))).not.toEqual([]);
    }
    const all = roles.flatMap((role) => permissionsOf(graph.named(role)).flatMap(({ Action }) => list(Action)));
    expect(actions.filter((action) => !all.includes(action))).toEqual([]);
  });
});

test("a build in the user's VPC creates no security groups", () => {
  const actions = permissionsOf(graph.named("BuildRole")).flatMap(({ Action }) => list(Action));

  expect(actions.filter((action) => /SecurityGroup/.test(action))).toEqual(["ec2:DescribeSecurityGroups"]);
});
