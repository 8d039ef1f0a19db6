import {
  CreateLaunchTemplateCommand,
  DeregisterImageCommand,
  EC2Client,
  EnableFastLaunchCommand,
  RunInstancesCommand,
} from "@aws-sdk/client-ec2";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { ConfigurationInput } from "../../../functions/config/configuration.ts";
import { fastLaunchOf } from "../../../functions/domain/fast-launches.ts";
import { day, hour, minute } from "../../scene.ts";
import { type Aws, startAws } from "../aws.ts";
import { type Service, type Surroundings, startService, startSurroundings } from "../service.ts";

let aws: Aws;
let surroundings: Surroundings;
let ec2: EC2Client;
let template: string;
let lift: () => Promise<void> = async () => undefined;
let stages = 0;
/** Calls that earlier tests made. */
let before = 0;

beforeAll(async () => {
  aws = await startAws();
  surroundings = await startSurroundings("fast-launch");
  ec2 = new EC2Client({});
  const data = { InstanceType: "t3.xlarge" as const, MetadataOptions: { HttpTokens: "required" as const } };
  const made = await ec2.send(
    new CreateLaunchTemplateCommand({ LaunchTemplateName: "snapshots", LaunchTemplateData: data }),
  );
  template = made.LaunchTemplate?.LaunchTemplateId ?? "";
});

afterEach(async () => {
  await lift();
  lift = async () => undefined;
});
afterAll(() => aws?.stop());

/** A stage whose channels hold an image, with the policy. */
async function started(fastLaunch: NonNullable<ConfigurationInput["policies"]>["fastLaunch"] = {}) {
  const service = await startService(aws, surroundings, `fast-${++stages}`, { fastLaunch });
  Object.assign(service.environment, {
    FAST_LAUNCH_ROLE: `arn:aws:iam::${aws.emulator.accountId}:role/fast-launch`,
    FAST_LAUNCH_TEMPLATE: `${template}:1`,
  });
  const image = await service.image("image-1", 10);
  await service.reconcile();
  await service.settled();
  before = (await aws.emulator.calls()).length;
  return { service, image };
}

async function changes(service: Service): Promise<string[]> {
  const outcomes = await service.reconcile(ahead);
  return outcomes.flatMap(({ action, result, ...rest }) =>
    action.do === "enable-fast-launch" || action.do === "disable-fast-launch"
      ? [`${action.do} ${result}${"error" in rest ? `: ${rest.error.message}` : ""}`]
      : [],
  );
}

async function shown(service: Service, image: string) {
  return fastLaunchOf((await service.observe()).fastLaunch, image);
}

async function callsOf(operation: RegExp) {
  return (await aws.emulator.calls(before)).filter((call) => operation.test(call.operation));
}

/** What subscribers have heard of Fast Launch since the last call. */
async function told() {
  return (await surroundings.received()).filter(({ kind }) => kind.startsWith("fast-launch"));
}

/** So far AWS's clock is ahead of this process's. */
let ahead = 0;

/** Time passes, and EC2 finishes what it has begun. */
function later(milliseconds = hour): void {
  ahead += milliseconds;
  aws.clock.setTo(new Date(Date.now() + ahead));
}

describe("the life of an image", () => {
  test("it gets snapshots when a channel holds it, with the role and the template for that, and loses them again", async () => {
    const { service, image } = await started({ targetResourceCount: 3, maxParallelLaunches: 7 });

    expect(await changes(service)).toEqual(["enable-fast-launch done"]);
    expect(await callsOf(/EnableFastLaunch/)).toMatchObject([
      {
        role: "fast-launch",
        parameters: {
          ImageId: image,
          ResourceType: "snapshot",
          SnapshotConfiguration: { TargetResourceCount: 3 },
          MaxParallelLaunches: 7,
          LaunchTemplate: { LaunchTemplateId: template, Version: "1" },
        },
      },
    ]);
    expect(await shown(service, image)).toMatchObject({ state: "enabling", maxParallelLaunches: 7 });
    expect(await changes(service)).toEqual([]);

    later();
    expect(await shown(service, image)).toMatchObject({ state: "enabled", reason: "Client.UserInitiated" });
    await ec2.send(new DeregisterImageCommand({ ImageId: image }));
    expect(await changes(service)).toEqual(["disable-fast-launch done"]);
    expect(await shown(service, image)).toMatchObject({ state: "disabling" });
    later();
    expect(await shown(service, image)).toBeUndefined();
    expect(await changes(service)).toEqual([]);
  });

  test("EC2's changes are events with the image and its state", async () => {
    const { service, image } = await started();
    await changes(service);
    later();
    await service.observe();

    const events = (await aws.emulator.events()).filter(({ detail }) => detail.imageId === image);
    expect(events).toMatchObject(
      ["enabling", "enabled"].map((state) => ({
        source: "aws.ec2",
        detailType: "EC2 Fast Launch State-change Notification",
        detail: { imageId: image, resourceType: "snapshot", state, stateTransitionReason: "Client.UserInitiated" },
      })),
    );
    await ec2.send(new DeregisterImageCommand({ ImageId: image }));
    await changes(service);
    later();
  });
});

describe("what fails", () => {
  test("EC2's refusal is told with its words, and EC2 is asked again after a day", async () => {
    const { service, image } = await started();
    lift = await aws.emulator.failCalls({ operation: "EnableFastLaunch", code: "UnauthorizedOperation", status: 403 });
    expect(await changes(service)).toEqual([
      expect.stringMatching(/^enable-fast-launch failed: enabling Fast Launch of an image for .+: .+/),
    ]);
    expect(await shown(service, image)).toMatchObject({
      state: "enabling-failed",
      reason: expect.stringMatching(/^UnauthorizedOperation: /),
    });

    await lift();
    expect(await changes(service)).toEqual([]);
    expect(await told()).toMatchObject([
      { kind: "fast-launch-failed", image, text: expect.stringContaining("UnauthorizedOperation") },
    ]);
    later(day + minute);
    expect(await changes(service)).toEqual(["enable-fast-launch done"]);
    expect(await shown(service, image)).toMatchObject({ state: "enabling" });
    await aws.emulator.setFastLaunch(image, "enabled", "Client.UserInitiated");
  });

  test.each([
    ["RequestLimitExceeded", 503],
    ["InternalError", 500],
  ])("what passes by itself is no refusal, and the next run asks again: %s", async (code, status) => {
    const { service, image } = await started();
    lift = await aws.emulator.failCalls({ operation: "EnableFastLaunch", code, status });
    expect(await changes(service)).toEqual([expect.stringMatching(/^enable-fast-launch failed/)]);
    expect(await shown(service, image)).toBeUndefined();

    await lift();
    expect(await changes(service)).toEqual(["enable-fast-launch done"]);
    await aws.emulator.setFastLaunch(image, "enabled", "Client.UserInitiated");
  });

  test("snapshots that could not be made are told, and made an hour later", async () => {
    const { service, image } = await started();
    await aws.emulator.failNextFastLaunch("enabling-failed", "InsufficientInstanceCapacity");
    await changes(service);
    later();
    expect(await changes(service)).toEqual([]);
    expect(await told()).toMatchObject([
      { kind: "fast-launch-failed", image, text: expect.stringContaining("InsufficientInstanceCapacity") },
    ]);

    later(hour + minute);
    expect(await changes(service)).toEqual(["enable-fast-launch done"]);
    expect(await told()).toEqual([]);
    await aws.emulator.setFastLaunch(image, "enabled", "Client.UserInitiated");
  });

  test("while EC2 does not tell what has it, nothing is changed, and the rest of the run goes on", async () => {
    const { service } = await started();
    lift = await aws.emulator.failCalls({ operation: "DescribeFastLaunchImages", code: "Throttled", status: 403 });
    const world = await service.observe();

    expect(world.fastLaunch).toMatchObject({
      state: "unknown",
      why: expect.stringContaining("asking what has Fast Launch"),
    });
    expect(await changes(service)).toEqual([]);
    await service.image("image-2", 5);
    await service.reconcile();
    await service.settled();
    expect(await service.history("stable")).toHaveLength(2);
  });

  test("a run whose world is out of date changes nothing", async () => {
    const { service, image } = await started();
    const world = await service.observe();
    await ec2.send(new EnableFastLaunchCommand({ ImageId: image, MaxParallelLaunches: 6 }));

    const outcomes = await service.act(world);
    const ours = outcomes.filter(({ action }) => action.do === "enable-fast-launch");
    expect(ours).toMatchObject([{ result: "stale" }]);
    expect(await callsOf(/^EnableFastLaunch/)).toMatchObject([{ role: null }]);
  });
});

test("instances from which EC2 makes snapshots are no use of an image, others are", async () => {
  const { readReferences } = await import("../../../functions/io/references.ts");
  const { image } = await started();
  const run = (by: string) => {
    const TagSpecifications = [{ ResourceType: "instance" as const, Tags: [{ Key: "CreatedBy", Value: by }] }];
    return ec2.send(new RunInstancesCommand({ ImageId: image, MinCount: 1, MaxCount: 1, TagSpecifications }));
  };
  await run("ann");
  await run("EC2 Fast Launch");
  const users = async (fastLaunch: boolean) => {
    const use = (await readReferences([image], undefined, fastLaunch))[image];
    return use?.state === "used" ? use.by.filter((by) => by.startsWith("instance/")).length : use?.state;
  };

  expect([await users(true), await users(false)]).toEqual([1, 2]);
});

test("without the policy EC2 is asked nothing about it", async () => {
  const service = await startService(aws, surroundings, `fast-${++stages}`);
  await service.image("image-1", 10);
  before = (await aws.emulator.calls()).length;
  await service.reconcile();

  expect(await callsOf(/FastLaunch|AssumeRole/)).toEqual([]);
});
