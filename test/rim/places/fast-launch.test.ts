import { expect, test, vi } from "vitest";
import { indexWorld } from "../../../functions/domain/indexed-world.ts";
import { type PlaceWrite, placeActions } from "../../../functions/domain/places/actions.ts";
import { observe } from "../../../functions/io/observe.ts";
import { changePlace } from "../../../functions/reconcile/places.ts";
import { ServiceError } from "../../memory-aws/account.ts";
import { hour, scene } from "../../scene.ts";
import { ireland, twoRegions } from "./accounts.ts";

vi.hoisted(() => {
  // The pace counts real seconds.
  Object.assign(process.env, { CALL_PACE: "1000000", AWS_REGION: "us-east-1" });
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: "home", AWS_SECRET_ACCESS_KEY: "secret" });
});

const image = "ami-00000000000000b01";
const newer = "ami-00000000000000b02";
const copy = "ami-00000000000000c01";
const newerCopy = "ami-00000000000000c02";

/** Ireland's `stable` holds the copy of what home's holds. */
function started(fastLaunch = true) {
  const policies = { fastLaunch: { targetResourceCount: 3, maxParallelLaunches: 7 } };
  const story = scene({ places: [{ ...ireland, fastLaunch }], policies }, "2026-11-30T12:00:00Z").published(image);
  const aws = twoRegions(story.world);
  aws.copied(image, copy);
  aws.holds(copy);
  return {
    story,
    ...aws,
    async look() {
      const { now, configuration } = story.world;
      const world = indexWorld(await observe(aws.environment, configuration, now, () => 60_000));
      const all = placeActions(world).filter((one) => one.do === "fast-launch-there");
      const run = { world, environment: aws.environment, clock: () => now };
      return { world, actions: all, change: () => changePlace(all[0] as PlaceWrite, run) };
    },
    asked: (operation: RegExp) =>
      aws.calls.filter(({ region, call }) => region === ireland.region && operation.test(call)),
  };
}

test("a place without fastLaunch is asked nothing about it, and one with it once a run", async () => {
  const without = started(false);
  await without.look();
  expect(without.asked(/FastLaunch/)).toEqual([]);

  const aws = started();
  await aws.look();
  expect(aws.asked(/FastLaunch/)).toMatchObject([{ call: "ec2 DescribeFastLaunchImages", looksOnly: true }]);
});

test("it is enabled by the place's role with the policy's figures and without a template, after that is recorded", async () => {
  const aws = started();
  let recorded: string[] = [];
  aws.answering((call, answer) => {
    if (call === "ec2 EnableFastLaunch") recorded = aws.recordsOf("place-fast-launches");
    return answer();
  });
  const planned = await aws.look();
  expect(planned.actions).toMatchObject([{ enable: true, id: copy, image }]);

  expect(await planned.change()).toBe(true);

  expect(aws.asked(/EnableFastLaunch/)).toMatchObject([{ by: "places", looksOnly: false }]);
  expect(aws.asked(/EnableFastLaunch/)[0]?.input).toEqual({
    ImageId: copy,
    ResourceType: "snapshot",
    SnapshotConfiguration: { TargetResourceCount: 3 },
    MaxParallelLaunches: 7,
    LaunchTemplate: undefined,
  });
  expect(recorded).toEqual([`records/place-fast-launches/${copy}/ireland`]);
  expect((await aws.look()).actions).toEqual([]);
});

test("what EC2 refuses is recorded in its words, and asked again six hours later", async () => {
  const aws = started();
  aws.answering((call, answer) => {
    if (call !== "ec2 EnableFastLaunch") return answer();
    throw new ServiceError("UnauthorizedOperation", "You are not authorized");
  });
  const planned = await aws.look();

  await expect(planned.change()).rejects.toThrow("not authorized");

  expect(aws.recordsOf("place-refusals")).toEqual([
    `records/place-refusals/${copy}/ireland_enable_UnauthorizedOperation%3A%20You%20are%20not%20authorized`,
  ]);
  const again = await aws.look();
  expect(again.actions).toEqual([]);
  expect(again.world.placeRecords.histories.ireland?.images).not.toHaveProperty([copy]);
  aws.story.later(6 * hour);
  expect((await aws.look()).actions).toMatchObject([{ enable: true, id: copy }]);
});

test("it is disabled there once the channel holds another copy", async () => {
  const aws = started();
  await (await aws.look()).change();
  aws.copied(image, newerCopy);
  aws.holds(newerCopy);
  const planned = await aws.look();
  expect(planned.actions).toMatchObject([
    { enable: true, id: newerCopy },
    { enable: false, id: copy },
  ]);

  const { world, environment, clock } = {
    world: planned.world,
    environment: aws.environment,
    clock: () => aws.story.world.now,
  };
  expect(await changePlace(planned.actions[1] as PlaceWrite, { world, environment, clock })).toBe(true);

  expect(aws.there.fastLaunches.get(copy)).toMatchObject({ State: "disabling" });
  expect(aws.home.fastLaunches.size).toBe(0);
});

test.each([
  ["the channel there holds something else", (aws: ReturnType<typeof started>) => aws.holds(newer)],
  [
    "somebody else has enabled it",
    ({ there }: ReturnType<typeof started>) => there.fastLaunches.set(copy, { ImageId: copy, State: "enabling" }),
  ],
])("nothing is done if by then %s", async (_, happens) => {
  const aws = started();
  const planned = await aws.look();
  happens(aws);

  expect(await planned.change()).toBe(false);

  expect(aws.asked(/EnableFastLaunch/)).toEqual([]);
  expect(aws.recordsOf("place-fast-launches")).toEqual([]);
});

test("a place that does not tell what has it is known all the same", async () => {
  const aws = started();
  aws.answering((call, answer) => {
    if (call === "ec2 DescribeFastLaunchImages") throw new Error("Throttling");
    return answer();
  });

  const { world, actions } = await aws.look();

  expect(world.places.ireland).toMatchObject({
    state: "known",
    fastLaunches: { state: "unknown", why: "asking what has Fast Launch: Throttling" },
  });
  expect(actions).toEqual([]);
});
