import { expect, test, vi } from "vitest";
import { type FleetWrite, fleetActions } from "../../../functions/domain/fleets/actions.ts";
import { decideFleets } from "../../../functions/domain/fleets/decide.ts";
import { indexWorld } from "../../../functions/domain/indexed-world.ts";
import { observe } from "../../../functions/io/observe.ts";
import { changeFleet } from "../../../functions/reconcile/rollouts.ts";
import { volumeKeyArn } from "../../placed.ts";
import { core, type Scene, scene } from "../../scene.ts";
import { ireland as region, twoRegions } from "./accounts.ts";

vi.hoisted(() => {
  // The pace counts real seconds.
  Object.assign(process.env, { CALL_PACE: "1000000", AWS_REGION: "us-east-1" });
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: "home", AWS_SECRET_ACCESS_KEY: "secret" });
});

/** Fleets are in places of other accounts only. */
const ireland = {
  ...region,
  account: "210987654321",
  roleArn: "arn:aws:iam::210987654321:role/places",
} as const;

const before = "ami-00000000000000b01";
const wanted = "ami-00000000000000b02";
const copyBefore = "ami-00000000000000c01";
const copyWanted = "ami-00000000000000c02";
const fleet = { variant: core, mode: "roll", window: "always", kind: "managed-node-group", cluster: "test" } as const;
const web = { ...fleet, name: "web", group: "web", place: "ireland" } as const;
const pool = { ...web, kind: "karpenter", parameter: "own" } as const;

/** Home's `stable` holds an image whose copy Ireland's `stable` holds; `web` runs the one before, in Ireland. */
function started(fleets: NonNullable<Parameters<typeof scene>[0]>["fleets"] = [web]) {
  const story = scene({ places: [ireland], fleets, policies: { volumeKeyArn } }, "2026-11-30T12:00:00Z")
    .published(before)
    .published(wanted);
  const aws = twoRegions(story.world);
  aws.copied(before, copyBefore);
  aws.copied(wanted, copyWanted);
  aws.holds(copyWanted);
  aws.addGroup("web", copyBefore);
  aws.home.objects.set(`records/rollout-orders/web/${copyWanted}`, { at: new Date(story.world.now - 1_000), body: "" });
  return { story, ...aws };
}

async function look({ story, environment }: { story: Scene; environment: Parameters<typeof observe>[0] }) {
  const { now, configuration } = story.world;
  const world = indexWorld(await observe(environment, configuration, now, () => 60_000));
  const [action] = decideFleets(world).flatMap((decision) => fleetActions(world, decision));
  return { world, action: action as FleetWrite, run: { world, environment, clock: () => now } };
}

test("a fleet in a place is read there by a session that may only look, and knows its images without asking", async () => {
  const aws = started();

  const { world, action } = await look(aws);

  expect(world.fleets.web).toMatchObject({
    state: "known",
    starts: { id: copyBefore, name: `image ${before}`, createdAt: world.imagesById().get(before)?.createdAt },
    nodes: [{ id: "i-web", image: copyBefore }],
  });
  expect(action).toMatchObject({ do: "roll", image: copyWanted, from: copyBefore });
  const ofGroups = aws.calls.filter(
    ({ call }) => /^(eks|autoscaling)/.test(call) && call !== "eks DescribeClusterVersions",
  );
  expect(ofGroups.length).toBeGreaterThan(0);
  for (const one of ofGroups) expect(one).toMatchObject({ region: "eu-west-1", by: "places", looksOnly: true });
  expect(aws.calls.filter(({ region, call }) => region === "eu-west-1" && call === "ec2 DescribeImages")).toHaveLength(
    1,
  );
});

test("a fleet that follows its channel starts what that holds there", async () => {
  const follower = { ...pool, parameter: "channel", mode: "watch", window: undefined } as const;
  const { world } = await look(started([follower]));

  expect(world.fleets.web).toMatchObject({ state: "known", starts: { id: copyWanted } });
});

test("its group is changed by the place's role, and nothing of it at home", async () => {
  const aws = started();
  const planned = await look(aws);

  expect(await changeFleet(planned.action, planned.run)).toBe(true);

  expect(aws.there.templates.get("lt-web")?.[1]).toMatchObject({
    VersionNumber: 2,
    LaunchTemplateData: { ImageId: copyWanted },
  });
  expect(aws.there.groups.get("web")?.updates).toMatchObject([{ status: "running", version: 2 }]);
  expect(aws.recordsOf("rollouts")).toEqual([expect.stringContaining(`_${copyWanted}_${copyBefore}_1-2`)]);
  const changes = aws.calls.filter(({ call }) => /^(eks Update|ec2 (Create|Delete))/.test(call));
  expect(changes.map(({ call }) => call)).toEqual(["ec2 CreateLaunchTemplateVersion", "eks UpdateNodegroupVersion"]);
  for (const one of changes) expect(one).toMatchObject({ region: "eu-west-1", by: "places", looksOnly: false });
});

test("its own parameter is in the place", async () => {
  const aws = started([pool]);
  const Name = `${aws.environment.FLEETS_PREFIX}/web`;
  const planned = await look(aws);
  expect(planned.action).toMatchObject({ do: "point", image: copyWanted, from: undefined });

  await changeFleet(planned.action, planned.run);
  expect(aws.there.parameters.get(Name)).toMatchObject({ Value: copyWanted, DataType: "aws:ec2:image" });
  expect(aws.home.parameters.has(Name)).toBe(false);
  expect((await look(aws)).world.fleets.web).toMatchObject({ state: "known", starts: { id: copyWanted } });

  aws.there.parameters.set(Name, { Name, Value: copyBefore, Version: 1 });
  const again = await look(aws);
  expect(again.action).toMatchObject({ do: "point", from: copyBefore });
  await changeFleet(again.action, again.run);
  expect(aws.there.parameters.get(Name)?.Value).toBe(copyWanted);
});

test("nothing is done if its channel there holds another image by then", async () => {
  const aws = started();
  const planned = await look(aws);
  aws.holds(copyBefore);

  expect(await changeFleet(planned.action, planned.run)).toBe(false);

  expect(aws.there.templates.get("lt-web")).toHaveLength(1);
});

test("nothing is done if the place does not answer by then", async () => {
  const aws = started();
  const planned = await look(aws);
  aws.answering((call, answer) => {
    if (call === "ssm GetParametersByPath") throw new Error("connect ETIMEDOUT");
    return answer();
  });

  expect(await changeFleet(planned.action, planned.run)).toBe(false);

  expect(aws.there.templates.get("lt-web")).toHaveLength(1);
});

test("a place that does not answer makes its fleets unknown, and not those at home", async () => {
  const aws = started([web, { ...fleet, name: "own", group: "own" }]);
  aws.home.groups.set("own", { ...(aws.there.groups.get("web") as never as object), name: "own" } as never);
  aws.home.templates.set("lt-web", aws.there.templates.get("lt-web") ?? []);
  aws.answering(() => {
    throw new Error("connect ETIMEDOUT");
  });

  const { world } = await look(aws);

  expect(world.fleets.web).toEqual({ state: "unknown", why: "reading fleets: ireland does not answer" });
  expect(world.fleets.own?.state).toBe("known");
  expect(aws.calls.filter(({ region, call }) => region === "eu-west-1" && call.startsWith("eks"))).toEqual([]);
});
