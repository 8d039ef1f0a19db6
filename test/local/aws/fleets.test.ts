import { DescribeAutoScalingGroupsCommand } from "@aws-sdk/client-auto-scaling";
import { DeregisterImageCommand } from "@aws-sdk/client-ec2";
import {
  DescribeClusterCommand,
  DescribeClusterVersionsCommand,
  DescribeNodegroupCommand,
  DescribeUpdateCommand,
  EKSClient,
  ListUpdatesCommand,
  UpdateNodegroupVersionCommand,
  type UpdateNodegroupVersionRequest,
} from "@aws-sdk/client-eks";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { attributed } from "../../../local/aws/unemulated-calls.ts";
import { type FleetsWorkshop, openFleetsWorkshop } from "./fleets-workshop.ts";

let shop: FleetsWorkshop;
let old: string;
let young: string;

beforeAll(async () => {
  shop = await openFleetsWorkshop();
  old = await shop.image();
  young = await shop.image();
  shop.fleets.addCluster("blue", { version: "1.35" });
});

afterAll(() => shop?.stop());

/** A node group of two nodes at version 1 of its template, whose version 2 has the young image. */
async function nodeGroup() {
  const name = shop.fresh("workers");
  const id = await shop.template(old, young);
  await shop.fleets.addNodeGroup({
    cluster: "blue",
    name,
    nodes: 2,
    template: { id, version: "1" },
    minutesPerNode: 10,
  });
  return { name, id };
}

async function update(name: string, id: string, more: Partial<UpdateNodegroupVersionRequest> = {}) {
  const answer = await shop.eks.send(
    new UpdateNodegroupVersionCommand({
      clusterName: "blue",
      nodegroupName: name,
      launchTemplate: { id, version: "2" },
      ...more,
    }),
  );
  return answer.update?.id ?? "";
}

async function described(name: string) {
  const { nodegroup } = await shop.eks.send(new DescribeNodegroupCommand({ clusterName: "blue", nodegroupName: name }));
  return nodegroup;
}

async function updateOf(name: string, updateId: string) {
  const answer = await shop.eks.send(new DescribeUpdateCommand({ name: "blue", nodegroupName: name, updateId }));
  return answer.update;
}

async function imagesOf(name: string) {
  return (await shop.nodes("eks:nodegroup-name", name)).map(({ image }) => image);
}

test("a node group's nodes are instances with the tags of EKS and Auto Scaling", async () => {
  const { name } = await nodeGroup();

  const group = await described(name);
  const nodes = await shop.nodes("eks:nodegroup-name", name);

  expect(group).toMatchObject({ status: "ACTIVE", amiType: "CUSTOM", releaseVersion: old, health: { issues: [] } });
  expect(nodes.map(({ image }) => image)).toEqual([old, old]);
  expect(nodes[0]?.instance.Tags).toEqual(
    expect.arrayContaining([
      { Key: "eks:cluster-name", Value: "blue" },
      { Key: "aws:autoscaling:groupName", Value: group?.resources?.autoScalingGroups?.[0]?.name },
    ]),
  );
  expect(nodes[0]?.instance.PrivateIpAddress).not.toMatch(/^127\./);
});

test("an update replaces one node after another and then shows the new version", async () => {
  const { name, id } = await nodeGroup();

  const updateId = await update(name, id);
  const atFirst = await described(name);
  await shop.pass(13);
  const between = await imagesOf(name);
  const during = await updateOf(name, updateId);
  await shop.pass(10);
  const after = await described(name);

  expect(atFirst).toMatchObject({ status: "UPDATING", launchTemplate: { version: "1" } });
  expect(between.toSorted()).toEqual([old, young].toSorted());
  expect(during).toMatchObject({ status: "InProgress", type: "VersionUpdate" });
  expect(during?.params).toContainEqual({ type: "LaunchTemplateVersion", value: "2" });
  expect(await updateOf(name, updateId)).toMatchObject({ status: "Successful", errors: [] });
  expect(after).toMatchObject({ status: "ACTIVE", releaseVersion: young, launchTemplate: { id, version: "2" } });
  expect(await imagesOf(name)).toEqual([young, young]);
});

test("a jump of the clock over a whole update launches each node at the time it would have had", async () => {
  const { name, id } = await nodeGroup();
  const began = shop.clock.now().getTime();
  await update(name, id);

  await shop.pass(600);
  const launched = (await shop.nodes("eks:nodegroup-name", name)).map((node) => Date.parse(node.launched) - began);

  expect(launched.map((milliseconds) => Math.round(milliseconds / 60_000))).toEqual([12, 22]);
});

test.each([
  ["PodEvictionFailure", "ACTIVE", /^Reached max retries while trying to evict pods from nodes in node group workers-/],
  ["NodeCreationFailure", "DEGRADED", /^Couldn't proceed with upgrade process as new nodes are not joining/],
] as const)("after %s the group is %s and goes on starting the new version", async (how, status, words) => {
  const { name, id } = await nodeGroup();
  shop.fleets.failNext(name, how);

  const updateId = await update(name, id);
  await shop.pass(60);
  const failed = await updateOf(name, updateId);
  const group = await described(name);
  await shop.fleets.loseNode(name);

  expect(failed).toMatchObject({
    status: "Failed",
    errors: [{ errorCode: how, errorMessage: expect.stringMatching(words) }],
  });
  expect(group).toMatchObject({ status, launchTemplate: { version: "1" } });
  expect((await imagesOf(name)).filter((image) => image === young).length).toBeGreaterThan(0);
});

test("force replaces nodes whose pods cannot be evicted", async () => {
  const { name, id } = await nodeGroup();
  shop.fleets.failNext(name, "PodEvictionFailure");

  await update(name, id, { force: true });
  await shop.pass(60);

  expect(await described(name)).toMatchObject({ status: "ACTIVE", launchTemplate: { version: "2" } });
});

test("an update whose image is gone fails, because no node can be created", async () => {
  const gone = await shop.image();
  const id = await shop.template(old, gone);
  const name = shop.fresh("workers");
  await shop.fleets.addNodeGroup({ cluster: "blue", name, nodes: 1, template: { id, version: "1" } });
  await shop.ec2.send(new DeregisterImageCommand({ ImageId: gone }));

  const updateId = await update(name, id);
  await shop.pass(60);

  expect(await updateOf(name, updateId)).toMatchObject({ errors: [{ errorCode: "NodeCreationFailure" }] });
  expect(await imagesOf(name)).toEqual([old]);
});

test("a drain that hangs holds the update until it is released", async () => {
  const { name, id } = await nodeGroup();
  const release = shop.fleets.stall(name);

  const updateId = await update(name, id);
  await shop.pass(600);
  const stuck = await updateOf(name, updateId);
  const nodes = await imagesOf(name);
  release();
  await shop.pass(30);

  expect(stuck?.status).toBe("InProgress");
  expect(nodes.toSorted()).toEqual([old, old, young].toSorted());
  expect(await updateOf(name, updateId)).toMatchObject({ status: "Successful" });
  expect(await imagesOf(name)).toEqual([young, young]);
});

test("a group that somebody else moves shows their update", async () => {
  const { name } = await nodeGroup();

  await shop.fleets.moveByHand(name, 2);
  const { updateIds = [] } = await shop.eks.send(new ListUpdatesCommand({ name: "blue", nodegroupName: name }));

  expect(updateIds).toHaveLength(1);
  expect(await described(name)).toMatchObject({ status: "UPDATING" });
});

test("EKS refuses what it cannot do, by its own errors", async () => {
  const { name, id } = await nodeGroup();
  const refusal = (call: Promise<unknown>) => call.then(String, ({ name, message }: Error) => `${name}: ${message}`);

  const versions = await refusal(update(name, id, { version: "1.35" }));
  const releases = await refusal(update(name, id, { releaseVersion: "1.35-2026.11.12" }));
  const both = await refusal(update(name, id, { launchTemplate: { id, name: "x", version: "2" } }));
  const unknown = await refusal(update("none", id));
  await update(name, id);
  const twice = await refusal(update(name, id));

  expect([versions, releases, both, unknown, twice]).toEqual([
    "InvalidParameterException: You cannot specify the field kubernetesVersion when using custom AMIs.",
    "InvalidParameterException: You cannot specify the field releaseVersion when using custom AMIs.",
    expect.stringMatching(/^InvalidParameterException: .*but not both/),
    "ResourceNotFoundException: No node group found for name: none.",
    "ResourceInUseException: Nodegroup cannot be updated as it is currently not in Active State",
  ]);
});

test("the same token begins one update", async () => {
  const { name, id } = await nodeGroup();

  const [first, second] = [
    await update(name, id, { clientRequestToken: "once" }),
    await update(name, id, { clientRequestToken: "once" }),
  ];

  expect(second).toBe(first);
});

test("updates are listed in pages", async () => {
  const { name, id } = await nodeGroup();
  const ids = [await update(name, id)];
  await shop.pass(60);
  ids.push(await update(name, id, { launchTemplate: { id, version: "1" } }));

  const first = await shop.eks.send(new ListUpdatesCommand({ name: "blue", nodegroupName: name, maxResults: 1 }));
  const second = await shop.eks.send(
    new ListUpdatesCommand({ name: "blue", nodegroupName: name, maxResults: 1, nextToken: first.nextToken }),
  );

  expect([first.updateIds, second.updateIds].flat()).toEqual(ids);
  expect(second.nextToken).toBeUndefined();
});

test("one endpoint answers for clusters, node groups and Kubernetes versions", async () => {
  shop.fleets.addCluster("auto", { version: "1.34", isAuto: true });
  shop.upstream.setEksKubernetes("1.35.6");

  const { cluster } = await shop.eks.send(new DescribeClusterCommand({ name: "auto" }));
  const { clusterVersions } = await shop.eks.send(new DescribeClusterVersionsCommand({ clusterVersions: ["1.35"] }));

  expect(cluster).toMatchObject({ version: "1.34", computeConfig: { enabled: true } });
  expect(clusterVersions).toMatchObject([{ kubernetesPatchVersion: "1.35.6" }]);
});

test("a node group whose image EKS chooses has no launch template of its own", async () => {
  const name = shop.fresh("workers");
  await shop.fleets.addNodeGroup({ cluster: "blue", name, nodes: 1, image: old });

  const group = await described(name);
  const { AutoScalingGroups: [behind] = [] } = await shop.autoScaling.send(
    new DescribeAutoScalingGroupsCommand({
      AutoScalingGroupNames: [group?.resources?.autoScalingGroups?.[0]?.name ?? ""],
    }),
  );

  expect(group?.launchTemplate).toBeUndefined();
  expect(group?.amiType).not.toBe("CUSTOM");
  expect(behind?.LaunchTemplate?.LaunchTemplateName).toMatch(/^eks-/);
});

test("a call belongs to the role that its caller has assumed itself", async () => {
  const { name } = await nodeGroup();
  const { access, fleets, emulator } = shop;
  const RoleArn = `arn:aws:iam::${emulator.accountId}:role/fleets-writer`;
  const { Credentials } = await new STSClient(access).send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "s" }));
  const credentials = { accessKeyId: "", secretAccessKey: "", sessionToken: Credentials?.SessionToken ?? "" };
  Object.assign(credentials, { accessKeyId: Credentials?.AccessKeyId, secretAccessKey: Credentials?.SecretAccessKey });
  const before = fleets.calls().length;

  await new EKSClient({ ...access, endpoint: fleets.eksUrl, credentials }).send(
    new DescribeNodegroupCommand({ clusterName: "blue", nodegroupName: name }),
  );

  expect(attributed(fleets.calls().slice(before), await emulator.roles())).toMatchObject([
    {
      service: "eks",
      operation: "DescribeNodegroup",
      parameters: { clusterName: "blue", nodegroupName: name },
      role: "fleets-writer",
      status: 200,
    },
  ]);
});
