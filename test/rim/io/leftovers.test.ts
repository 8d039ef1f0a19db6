import { randomUUID } from "node:crypto";
import {
  CreateImageCommand,
  CreateKeyPairCommand,
  CreateSecurityGroupCommand,
  CreateVolumeCommand,
  DeleteTagsCommand,
  DeregisterImageCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DisableImageCommand,
  EC2Client,
  type ResourceType,
  RunInstancesCommand,
  type TagSpecification,
} from "@aws-sdk/client-ec2";
import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  IAMClient,
} from "@aws-sdk/client-iam";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { LeftoverType } from "../../../functions/domain/leftovers.ts";
import type { World } from "../../../functions/domain/world.ts";
import { core, day, hour, minute } from "../../scene.ts";
import { type Aws, startAws } from "../aws.ts";
import { type Service, type Surroundings, startService, startSurroundings } from "../service.ts";

let aws: Aws;
let surroundings: Surroundings;
let ec2: EC2Client;
let lift: () => Promise<void> = async () => undefined;
let stages = 0;

const token = "5".repeat(64);

beforeAll(async () => {
  aws = await startAws();
  surroundings = await startSurroundings("sweeping");
  ec2 = new EC2Client({});
  const iam = new IAMClient({});
  for (const InstanceProfileName of ["guest", "other"]) {
    await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName }));
    await iam.send(new CreateRoleCommand({ RoleName: InstanceProfileName, AssumeRolePolicyDocument: "{}" }));
    await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName: InstanceProfileName }));
  }
});

afterEach(() => lift());
afterAll(() => aws?.stop());

/** The tags of Packer's runs, as its templates have them. */
function tagged(type: ResourceType, stage: string, more: Record<string, string> = {}): TagSpecification[] {
  const tags = { stage, variant: core, token, ...more };
  const Tags = Object.entries(tags).map(([name, Value]) => ({ Key: `eks-windows-images:${name}`, Value }));
  return [{ ResourceType: type, Tags }];
}

/** A build of the service was killed just now, after all that `makes` makes. EC2 counts whole seconds. */
async function killed<Made>(service: Service, makes: (stage: string) => Promise<Made>): Promise<Made> {
  const startedAt = Date.now() - minute;
  const made = await makes(service.environment.STAGE);
  service.build({ token, startedAt, endedAt: Date.now() });
  return made;
}

/** What Packer makes for a build, in the order in which it makes it. */
async function machine(stage: string, image: string, profile = "guest") {
  const KeyName = `packer_${randomUUID()}`;
  await ec2.send(new CreateKeyPairCommand({ KeyName, TagSpecifications: tagged("key-pair", stage) }));
  const { GroupId = "" } = await ec2.send(
    new CreateSecurityGroupCommand({
      GroupName: KeyName,
      Description: "Temporary group for Packer",
      TagSpecifications: tagged("security-group", stage),
    }),
  );
  const { Instances = [] } = await ec2.send(
    new RunInstancesCommand({
      ImageId: image,
      InstanceType: "m7i.xlarge",
      MinCount: 1,
      MaxCount: 1,
      KeyName,
      SecurityGroupIds: [GroupId],
      IamInstanceProfile: { Name: profile },
      TagSpecifications: [...tagged("instance", stage), ...tagged("volume", stage)],
    }),
  );
  return { key: KeyName, group: GroupId, instance: Instances[0]?.InstanceId ?? "" };
}

async function newStage(policies: Parameters<typeof startService>[3] = {}): Promise<Service> {
  return startService(aws, surroundings, `sweep-${++stages}`, policies);
}

/** What a run sweeps, by type. */
async function swept(service: Service, later: number): Promise<string[]> {
  const outcomes = await service.reconcile(later);
  return outcomes.flatMap(({ action, result }) => (action.do === "sweep" ? [`${action.type} ${result}`] : []));
}

async function stateOf(instance: string): Promise<string | undefined> {
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [instance] }));
  return Reservations[0]?.Instances?.[0]?.State?.Name;
}

/** Types of what the service sees of a stage, without what it judges. */
async function seen(service: Service, later = 2 * hour): Promise<string[]> {
  return (await service.observe(later)).leftovers.found.map(({ type }) => type).toSorted();
}

describe("a killed build's instance, volume, key pair and group", () => {
  test("are seen only once they may be left behind, and are gone after two runs, the instance first", async () => {
    const service = await newStage();
    const { instance } = await killed(service, async (stage) => machine(stage, await service.image("base", 1)));

    expect(await swept(service, 29 * minute)).toEqual([]);
    expect(await seen(service)).toEqual(["instance", "key-pair", "security-group", "volume"]);
    expect(await swept(service, 31 * minute)).toEqual(["instance done"]);
    expect(await stateOf(instance)).toBe("terminated");
    expect((await swept(service, 46 * minute)).toSorted()).toEqual(["key-pair done", "security-group done"]);
    expect(await seen(service)).toEqual([]);
  });

  test("stay while the policy says report", async () => {
    const service = await newStage({ sweep: "report" });
    const { instance } = await killed(service, async (stage) => machine(stage, await service.image("base", 1)));
    expect(await swept(service, hour)).toEqual([]);
    expect(await stateOf(instance)).toBe("running");
  });

  test("stay if the instance has another profile: anybody can set tags", async () => {
    const service = await newStage();
    const { instance } = await killed(service, async (stage) =>
      machine(stage, await service.image("base", 1), "other"),
    );
    expect(await swept(service, hour)).toEqual(["key-pair done", "security-group in-use"]);
    expect(await stateOf(instance)).toBe("running");
  });

  test("stay if their build did not run when they were made: a running build's instance with an old token", async () => {
    const service = await newStage();
    const { instance } = await machine(service.environment.STAGE, await service.image("base", 1));
    service.build({ token, startedAt: Date.now() - day, endedAt: Date.now() - day + hour });
    // The group's token is known. EC2 does not tell when it was made, and refuses to delete it while it is used.
    expect(await swept(service, 2 * hour)).toEqual(["security-group in-use"]);
    expect(await stateOf(instance)).toBe("running");
  });

  test("of another stage are not seen", async () => {
    const service = await newStage();
    await machine("another-stage", await service.image("base", 1));
    expect(await seen(service)).toEqual([]);
  });
});

test("a run makes two calls while nothing is left behind, however many images there are", async () => {
  const service = await newStage();
  const { readLeftovers } = await import("../../../functions/io/leftovers.ts");
  const { now, builds, images } = await service.observe();
  const before = (await aws.emulator.calls()).length;

  await readLeftovers(service.environment.STAGE, { now, builds, images });

  const calls = await aws.emulator.calls(before);
  expect(calls.map(({ operation }) => operation).toSorted()).toEqual(["DescribeSnapshots", "DescribeTags"]);
});

test("a volume that outlives its instance is deleted", async () => {
  const service = await newStage();
  await killed(service, (stage) => {
    const TagSpecifications = tagged("volume", stage);
    return ec2.send(new CreateVolumeCommand({ AvailabilityZone: "us-east-1a", Size: 1, TagSpecifications }));
  });
  expect(await swept(service, hour)).toEqual(["volume done"]);
  expect(await seen(service)).toEqual([]);
});

describe("the removal of a resource", () => {
  test.each<[LeftoverType, string, string]>([
    ["instance", "TerminateInstances", "InvalidInstanceID.NotFound"],
    ["volume", "DeleteVolume", "InvalidVolume.NotFound"],
    ["security-group", "DeleteSecurityGroup", "InvalidGroup.NotFound"],
    ["snapshot", "DeleteSnapshot", "InvalidSnapshot.NotFound"],
  ])("succeeds if the %s is already gone", async (type, operation, code) => {
    lift = await aws.emulator.failCalls({ operation, code, status: 400 });
    expect(await (await removal())(type, "id-1", undefined)).toBe(true);
  });

  test.each<[LeftoverType, string, string]>([
    ["security-group", "DeleteSecurityGroup", "DependencyViolation"],
    ["security-group", "DeleteSecurityGroup", "InvalidGroup.InUse"],
    ["snapshot", "DeleteSnapshot", "InvalidSnapshot.InUse"],
    ["volume", "DeleteVolume", "VolumeInUse"],
  ])("waits if something uses the %s (%s: %s)", async (type, operation, code) => {
    lift = await aws.emulator.failCalls({ operation, code, status: 400 });
    expect(await (await removal())(type, "id-1", undefined)).toBe(false);
  });

  test("fails if EC2 refuses it", async () => {
    lift = await aws.emulator.failCalls({ operation: "DeleteVolume", code: "UnauthorizedOperation", status: 403 });
    await expect((await removal())("volume", "vol-1", undefined)).rejects.toThrow("made to fail");
  });

  async function removal() {
    return (await import("../../../functions/io/leftover-removal.ts")).removeLeftover;
  }
});

test("an image that a leaked proof uses is retired once the sweep has removed the instance", async () => {
  const service = await newStage();
  for (let n = 1; n <= 3; n++) await service.image(`image-${n}`, n * 10);
  await service.reconcile();
  await service.settled();
  const old = await service.image("old", 60);
  const { instance } = await killed(service, (stage) => machine(stage, old));
  const fateOfOld = (world: World) =>
    service.plan(world).some((action) => action.do === "disable" && action.image === old);

  const before = await service.observe(hour);
  expect(before.references[old]).toEqual({ state: "used", by: [`instance/${instance}`] });
  expect(fateOfOld(before)).toBe(false);
  await service.act(before);
  const after = await service.observe(hour);
  expect(after.references[old]).toEqual({ state: "unused" });
  expect(fateOfOld(after)).toBe(true);
});

describe("what CreateImage leaves", () => {
  /** An image with only the tags of a run, as a build leaves it that is killed while Packer waits for the image. */
  async function unfinished(service: Service, name: string, status: "stopped" | "succeeded" = "stopped") {
    const startedAt = Date.now() - minute;
    const { STAGE: stage } = service.environment;
    const { Instances = [] } = await ec2.send(
      new RunInstancesCommand({
        ImageId: await service.image("base", 1),
        InstanceType: "m7i.xlarge",
        MinCount: 1,
        MaxCount: 1,
      }),
    );
    const { ImageId: image = "" } = await ec2.send(
      new CreateImageCommand({
        InstanceId: Instances[0]?.InstanceId,
        Name: name,
        TagSpecifications: [...tagged("image", stage), ...tagged("snapshot", stage)],
      }),
    );
    service.build({ token, startedAt, endedAt: Date.now(), status });
    const { Images = [] } = await ec2.send(new DescribeImagesCommand({ ImageIds: [image] }));
    return { image, snapshot: Images[0]?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId ?? "" };
  }

  const named = (service: Service) => `eks-windows-images/${service.environment.STAGE}/${core}/${token.slice(0, 12)}`;

  async function deregistered(service: Service, later: number): Promise<string[]> {
    const outcomes = await service.reconcile(later);
    return outcomes.flatMap(({ action, result }) => (action.do === "deregister" ? [`${action.image} ${result}`] : []));
  }

  test("is deregistered with its snapshot a day after its build, if it has no inputs", async () => {
    const service = await newStage();
    const { image } = await unfinished(service, named(service));
    expect(await deregistered(service, 23 * hour)).toEqual([]);
    expect(await deregistered(service, 25 * hour)).toEqual([`${image} done`]);
    expect(await seen(service, 26 * hour)).toEqual([]);
  });

  test("stays if its name is not that of a build: anybody can set tags", async () => {
    const service = await newStage();
    await unfinished(service, "somebody's image");
    expect(await deregistered(service, 25 * hour)).toEqual([]);
  });

  test("stays if its build succeeded: anybody can empty the tags of a good image", async () => {
    const service = await newStage();
    await unfinished(service, named(service), "succeeded");
    expect(await deregistered(service, 25 * hour)).toEqual([]);
  });

  test("stays if it is a snapshot of a good image that a person deregistered", async () => {
    const service = await newStage();
    const { image } = await unfinished(service, named(service), "succeeded");
    await ec2.send(new DeregisterImageCommand({ ImageId: image }));
    expect(await swept(service, 25 * hour)).toEqual([]);
    expect(await seen(service, 25 * hour)).toEqual(["snapshot"]);
  });

  test("is deleted if it is a snapshot that no image refers to", async () => {
    const service = await newStage();
    const { image } = await unfinished(service, named(service));
    await ec2.send(new DeregisterImageCommand({ ImageId: image }));
    expect(await swept(service, 23 * hour)).toEqual([]);
    expect(await swept(service, 25 * hour)).toEqual(["snapshot done"]);
    expect(await seen(service, 2 * day)).toEqual([]);
  });

  test("stays if it is a snapshot that an image refers to, whatever the image's tags are", async () => {
    const service = await newStage();
    const { image, snapshot } = await unfinished(service, "kept");
    await ec2.send(new DeleteTagsCommand({ Resources: [image], Tags: [{ Key: "eks-windows-images:token" }] }));
    expect(await swept(service, 25 * hour)).toEqual([]);
    const { found } = (await service.observe(25 * hour)).leftovers;
    expect(found).toMatchObject([{ type: "snapshot", id: snapshot, images: [image] }]);
  });

  test("is found as part of its image even if that is disabled", async () => {
    const service = await newStage();
    const { image } = await unfinished(service, "kept");
    await ec2.send(new DeleteTagsCommand({ Resources: [image], Tags: [{ Key: "eks-windows-images:token" }] }));
    await ec2.send(new DisableImageCommand({ ImageId: image }));
    const { found } = (await service.observe(25 * hour)).leftovers;
    expect(found).toMatchObject([{ type: "snapshot", images: [image] }]);
  });
});

test.each(["DescribeTags", "DescribeInstances"])(
  "nothing is swept and the world says so if %s fails",
  async (operation) => {
    const service = await newStage();
    await killed(service, async (stage) => machine(stage, await service.image("base", 1)));
    lift = await aws.emulator.failCalls({ operation, code: "UnauthorizedOperation", status: 403 });
    const world = await service.observe(hour);
    expect(world.leftovers).toEqual({ found: [], unread: expect.stringContaining("made to fail") });
    await lift();
    expect((await service.act(world)).filter(({ action }) => action.do === "sweep")).toEqual([]);
  },
);
