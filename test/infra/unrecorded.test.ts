import { beforeAll, describe, expect, test } from "vitest";
import { unrecorded } from "../../local/policies/unrecorded.ts";
import { fleets, network, volumeKeyArn } from "./deployments.ts";
import { type Graph, graphOf, list, permissionsOf } from "./graph.ts";

// The deployment of a rehearsal: in a VPC, with fleets and everything else that configurations of rehearsals allow.
let graph: Graph;
beforeAll(async () => {
  const assembled = { windows: 2022 as const, kubernetes: "1.35", base: "Base" as const };
  const variants = [{ ...assembled, name: "windows-2022-core-1.35" }];
  graph = await graphOf(
    { variants, fleets, policies: { network, kubernetesSource: "eks", volumeKeyArn, fastLaunch: {} } },
    "rehearsal",
  );
});

describe("a permission that rehearsals do not need is granted", () => {
  test.each(unrecorded)("$reason", ({ roles, actions }) => {
    for (const role of roles) {
      const allowed = permissionsOf(graph.named(role), graph.resources).flatMap(({ Effect, Action }) =>
        Effect === "Allow" ? list(Action) : [],
      );
      expect(actions.filter((action) => allowed.includes(action))).not.toEqual([]);
    }
    const all = roles.flatMap((role) =>
      permissionsOf(graph.named(role), graph.resources).flatMap(({ Action }) => list(Action)),
    );
    expect(actions.filter((action) => !all.includes(action))).toEqual([]);
  });
});

test("a build in the user's VPC creates no security groups", () => {
  const actions = permissionsOf(graph.named("BuildRole")).flatMap(({ Action }) => list(Action));

  expect(actions.filter((action) => /SecurityGroup/.test(action))).toEqual(["ec2:DescribeSecurityGroups"]);
});
