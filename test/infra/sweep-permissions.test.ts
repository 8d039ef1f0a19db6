import { expect, test } from "vitest";
import { network, usEast, variants } from "./deployments.ts";
import { graphOf, list, permissionsOf } from "./graph.ts";

test("reconcile may delete what builds left behind, in the user's network, too: a group may be left from before", async () => {
  const graph = await graphOf({ variants, policies: { network } }, "production", usEast);
  const allowed = permissionsOf(graph.named("ReconcileRole")).flatMap(({ Action }) => list(Action));

  expect(allowed).toEqual(
    expect.arrayContaining([
      "ec2:TerminateInstances",
      "ec2:DeleteVolume",
      "ec2:DeleteKeyPair",
      "ec2:DeleteSecurityGroup",
      "ec2:DeleteSnapshot",
    ]),
  );
});
