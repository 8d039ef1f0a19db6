import { beforeAll, describe, expect, test } from "vitest";
import { spokeName, statementsOfSpoke } from "../../local/policies/spoke.ts";
import { unrecorded } from "../../local/policies/unrecorded.ts";
import { fleets, network, places, volumeKeyArn } from "./deployments.ts";
import { type Graph, graphOf, list, permissionsOf } from "./graph.ts";
import { everySwitch, spoke } from "./place-roles.ts";

// The deployment of a rehearsal: in a VPC, with fleets and everything else that configurations of rehearsals allow.
let graph: Graph;
beforeAll(async () => {
  const assembled = { windows: 2022 as const, kubernetes: "1.35", base: "Base" as const };
  const variants = [{ ...assembled, name: "windows-2022-core-1.35" }];
  graph = await graphOf(
    {
      variants,
      fleets,
      places: places.map((place) => ({ ...place, fastLaunch: place.method === "copy" })),
      policies: { network, kubernetesSource: "eks", volumeKeyArn, fastLaunch: {} },
    },
    "rehearsal",
  );
});

/** The actions that a role is allowed. */
function allowedTo(role: string): string[] {
  if (role === spokeName)
    return statementsOfSpoke(spoke(everySwitch)).flatMap(({ effect, actions }) => (effect === "Allow" ? actions : []));
  return permissionsOf(graph.named(role), graph.resources).flatMap(({ Effect, Action }) =>
    Effect === "Allow" ? list(Action) : [],
  );
}

describe("a permission that rehearsals do not need is granted", () => {
  test.each(unrecorded)("$reason", ({ roles, actions }) => {
    for (const role of roles) expect(actions.filter((action) => allowedTo(role).includes(action))).not.toEqual([]);
    const all = roles.flatMap(allowedTo);
    expect(actions.filter((action) => !all.includes(action))).toEqual([]);
  });
});

test("a build in the user's VPC creates no security groups", () => {
  const actions = permissionsOf(graph.named("BuildRole")).flatMap(({ Action }) => list(Action));

  expect(actions.filter((action) => /SecurityGroup/.test(action))).toEqual(["ec2:DescribeSecurityGroups"]);
});
