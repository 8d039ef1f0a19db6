import { beforeAll, describe, expect, test } from "vitest";
import { statementsOf } from "../../local/policies/policy.ts";
import { policiesOf } from "../../local/policies/review.ts";
import { judge } from "../../local/policies/verdict.ts";
import { image, ours, snapshot } from "./denials/asks.ts";
import { otherAccount, places, spokeArn, withPlaces } from "./deployments.ts";
import type { Graph } from "./graph.ts";
import { hubMay } from "./place-roles.ts";

let graph: Graph;
let all: Graph;
beforeAll(async () => {
  const proving = places.map((place) => ({ ...place, prove: true }));
  [graph, all] = await Promise.all([withPlaces(), withPlaces(proving)]);
});

describe("reconcile and api", () => {
  test("assume the roles of places, and only build does so too, where a place proves", () => {
    const may = (role: string, arn: string, of: Graph) =>
      judge(policiesOf(of.resources).get(String(of.named(role).inputs.name)) ?? [], {
        action: "sts:AssumeRole",
        resource: arn,
        context: {},
      }).allowed;
    const assuming = (arn: string, of: Graph) =>
      ["ReconcileRole", "ApiRole", "BuildRole"].filter((role) => may(role, arn, of));
    const own = String(graph.named("PlacesRole").state.arn);

    for (const arn of [own, spokeArn]) {
      expect(assuming(arn, graph)).toEqual(["ReconcileRole", "ApiRole"]);
      expect(assuming(arn, all)).toEqual(["ReconcileRole", "ApiRole", "BuildRole"]);
    }
    expect(assuming(`arn:aws:iam::${otherAccount}:role/admin`, all)).toEqual([]);
  });

  const sharing = (tags = ours) => ({
    operation: "ModifyImageAttribute",
    parameters: { ImageId: image, LaunchPermission: { Add: [{ UserId: otherAccount }] } },
    tags: { [image]: tags },
    region: "us-east-1",
  });
  const letting = (change: "Add" | "Remove", whom: object, tags = ours) => ({
    operation: "ModifySnapshotAttribute",
    parameters: { SnapshotId: snapshot, CreateVolumePermission: { [change]: [whom] } },
    tags: { [snapshot]: tags },
    region: "us-east-1",
  });

  test("share images of this stage, and their snapshots with accounts of places only: reconcile", () => {
    const may = hubMay(graph, "ReconcileRole");

    expect(may(sharing())).toBe(true);
    expect(may(sharing({}))).toBe(false);
    for (const change of ["Add", "Remove"] as const) {
      expect(may(letting(change, { UserId: otherAccount }))).toBe(true);
      expect(may(letting(change, { UserId: otherAccount }, {}))).toBe(false);
      expect(may(letting(change, { UserId: "999999999999" }))).toBe(false);
      expect(may(letting(change, { Group: "all" }))).toBe(false);
    }
    expect(hubMay(graph, "ApiRole")(sharing())).toBe(false);
  });

  test("share nothing where all places are this account's", async () => {
    const own = await withPlaces(places.filter(({ account }) => !account));

    for (const one of [sharing(), letting("Add", { UserId: otherAccount })])
      expect(hubMay(own, "ReconcileRole")(one)).toBe(false);
  });
});

const written = {
  "records/copies/ami-1/ireland_ami-2": ["ReconcileRole"],
  "records/shares/ami-1/shared": ["ReconcileRole"],
  "records/unshares/ami-1/shared": ["ReconcileRole"],
  "records/place-publications/ami-1/ireland_stable": ["ReconcileRole"],
  "records/place-retirements/ami-2/disabled": ["ReconcileRole"],
  "records/place-refusals/ami-1/ireland_copy_a": ["ReconcileRole"],
  "records/place-sights/ireland/lost": ["ReconcileRole"],
  "records/place-fast-launches/ami-2/ireland": ["ReconcileRole"],
  "records/place-proofs/ami-1/ireland_passed-a": ["BuildRole"],
};

test.each(Object.entries(written))(
  "%s is written by %j, by their own policies and that of the bucket",
  (key, writers) => {
    const able = (action: string, everything = false) =>
      ["ApiRole", "BuildRole", "PlacesRole", "ReconcileRole"].filter((role) => {
        const name = String(all.named(role).inputs.name);
        const own = everything
          ? [
              {
                sid: undefined,
                effect: "Allow" as const,
                principal: undefined,
                actions: ["*"],
                resources: ["*"],
                conditions: {},
              },
            ]
          : (policiesOf(all.resources).get(name) ?? []);
        const bucket = statementsOf(String(all.named("ArtifactsPolicy").inputs.policy));
        const id = String(all.named(role).state.arn);
        const resource = `${all.named("ArtifactsBucket").state.arn}/${key}`;
        const context = { "aws:principalarn": [id], "aws:securetransport": ["true"] };
        return judge([...own, ...bucket], { action, resource, context, principal: { type: "AWS", id } }).allowed;
      });

    expect(able("s3:PutObject")).toEqual(writers);
    expect(able("s3:PutObject", true)).toEqual(writers);
    expect(able("s3:ReplicateObject", true)).toEqual(writers);
    expect(able("s3:DeleteObject", true)).toEqual([]);
  },
);
