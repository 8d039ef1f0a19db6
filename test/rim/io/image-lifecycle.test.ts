import {
  CreateImageCommand,
  CreateLaunchTemplateCommand,
  DescribeImagesCommand,
  DescribeSnapshotsCommand,
  DisableImageCommand,
  EC2Client,
  EnableImageCommand,
  type Image,
  ModifyImageAttributeCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { once } from "es-toolkit";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Image as DomainImage } from "../../../functions/domain/images.ts";
import { recordBody, revocationRecord, tagRecord } from "../../../functions/domain/records.ts";
import type { World } from "../../../functions/domain/world.ts";
import type { KeepRecord } from "../../../functions/io/image-lifecycle.ts";
import { recordImage } from "../../records.ts";
import { day, hour, minute } from "../../scene.ts";
import { type Aws, startAws } from "../aws.ts";
import { type Service, type Surroundings, startService, startSurroundings } from "../service.ts";

let aws: Aws;
let surroundings: Surroundings;
let readReferences: typeof import("../../../functions/io/references.ts").readReferences;
let ec2: EC2Client;
let lift: () => Promise<void> = async () => undefined;
let stages = 0;

/** The calls that must succeed before retention touches an image. */
const asked = [
  "DescribeImageReferences",
  "DescribeInstances",
  "DescribeLaunchTemplateVersions",
  "DescribeImageAttribute",
];

beforeAll(async () => {
  aws = await startAws();
  surroundings = await startSurroundings("retiring");
  ec2 = new EC2Client({});
  ({ readReferences } = await import("../../../functions/io/references.ts"));
});

afterEach(() => lift());
afterAll(() => aws?.stop());

async function fail(operation: string, which: { after?: number; times?: number } = {}): Promise<void> {
  lift = await aws.emulator.failCalls({ operation, code: "UnauthorizedOperation", status: 403, ...which });
}

async function run(image: string): Promise<string[]> {
  const { Instances = [] } = await ec2.send(
    new RunInstancesCommand({ ImageId: image, InstanceType: "m7i.xlarge", MinCount: 1, MaxCount: 1 }),
  );
  return Instances.map(({ InstanceId = "" }) => InstanceId);
}

async function describeImage(id: string): Promise<Image | undefined> {
  const Filters = [{ Name: "image-id", Values: [id] }];
  return (await ec2.send(new DescribeImagesCommand({ IncludeDisabled: true, Filters }))).Images?.[0];
}

function tagsOf(image: Image | undefined): Record<string, string> {
  return Object.fromEntries((image?.Tags ?? []).map(({ Key = "", Value = "" }) => [Key.split(":").at(-1), Value]));
}

/**
 * Three publishable images, one every ten days, the newest in the channels; and one of 60 days ago, which retention
 * disables.
 */
async function withOldImage(
  policies: Parameters<typeof startService>[3],
  tags: Record<string, string> = {},
): Promise<{ service: Service; old: string }> {
  const service = await startService(aws, surroundings, `stage-${++stages}`, policies);
  for (let n = 1; n <= 3; n++) await service.image(`image-${n}`, n * 10);
  await service.reconcile();
  await service.settled();
  expect(await service.holds("stable")).toBeDefined();
  return { service, old: await service.image("old", 60, tags) };
}

/** What a run does to images, without publications and notifications. */
async function retire(service: Service, world: World) {
  const outcomes = await service.act(world);
  return outcomes.flatMap(({ action, result }) =>
    action.do === "disable" || action.do === "deregister" ? [`${action.do} ${result}`] : [],
  );
}

describe("the use of an image is", () => {
  test("unused, an instance or a launch template", async () => {
    const service = await startService(aws, surroundings, `stage-${++stages}`);
    const [idle, running, pinned] = [
      await service.image("a", 1),
      await service.image("b", 1),
      await service.image("c", 1),
    ];
    const [instance] = await run(running);
    const { LaunchTemplate } = await ec2.send(
      new CreateLaunchTemplateCommand({ LaunchTemplateName: "nodes", LaunchTemplateData: { ImageId: pinned } }),
    );

    expect(await readReferences([idle, running, pinned])).toEqual({
      [idle]: { state: "unused" },
      [running]: { state: "used", by: [`instance/${instance}`] },
      [pinned]: { state: "used", by: [`launch-template/${LaunchTemplate?.LaunchTemplateId}`] },
    });
  });

  test("unused once its instance is terminated", async () => {
    const service = await startService(aws, surroundings, `stage-${++stages}`);
    const image = await service.image("a", 1);
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: await run(image) }));
    expect(await readReferences([image])).toEqual({ [image]: { state: "unused" } });
  });

  test.each(asked)("unknown if %s fails", async (operation) => {
    const service = await startService(aws, surroundings, `stage-${++stages}`);
    const image = await service.image("a", 1);
    await fail(operation);
    expect(await readReferences([image])).toEqual({
      [image]: { state: "unknown", why: expect.stringContaining("made to fail") },
    });
  });

  /** An image with more instances than one page lists, and an unused one. */
  const twoPages = once(async () => {
    const service = await startService(aws, surroundings, `stage-${++stages}`);
    const [image, idle] = [await service.image("a", 1), await service.image("b", 1)];
    await Promise.all(Array.from({ length: 101 }, () => run(image)));
    return { image, idle };
  });

  test.each([
    ["DescribeImageReferences fails on its second page", "DescribeImageReferences", 1],
    ["DescribeInstances fails, which is asked about the unused ones", "DescribeInstances", 0],
  ])("unknown for every image if %s", async (_, operation, after) => {
    const { image, idle } = await twoPages();
    expect(await readReferences([image, idle])).toMatchObject({
      [image]: { state: "used" },
      [idle]: { state: "unused" },
    });
    await fail(operation, { after });
    expect(await readReferences([image, idle])).toMatchObject({
      [image]: { state: "unknown" },
      [idle]: { state: "unknown" },
    });
  });

  test("told by one call if that names a user of each image", async () => {
    const service = await startService(aws, surroundings, `stage-${++stages}`);
    const images = [await service.image("a", 1), await service.image("b", 1)];
    for (const image of images) await run(image);
    const before = (await aws.emulator.calls()).length;

    const known = Object.values(await readReferences(images));

    expect(known.map(({ state }) => state)).toEqual(["used", "used"]);
    const calls = await aws.emulator.calls(before);
    expect(calls.map(({ operation }) => operation)).toEqual(["DescribeImageReferences"]);
  });

  test("known for the images of those calls that succeed", async () => {
    const service = await startService(aws, surroundings, `stage-${++stages}`);
    const images = await Promise.all(Array.from({ length: 11 }, (_, n) => service.image(`image-${n}`, 1)));
    await fail("DescribeImageReferences", { times: 1 });
    const states = Object.values(await readReferences(images)).map(({ state }) => state);
    expect(states.filter((state) => state === "unknown").length % 9).toBe(1);
    expect(states).toContain("unused");
  });
});

describe("an old image", () => {
  test("is disabled with a tag that records the time, and is not deregistered by default", async () => {
    const { service, old } = await withOldImage({});

    expect(await retire(service, await service.observe())).toEqual(["disable done"]);

    const image = await describeImage(old);
    expect(image?.State).toBe("disabled");
    expect(Date.parse(tagsOf(image)["retired-at"] ?? "")).toBeGreaterThan(Date.now() - day);
    expect(await retire(service, await service.observe(100 * day))).toEqual([]);
  });

  test("stays once a person has enabled it again, even if a person disables it later", async () => {
    const { service, old } = await withOldImage({ retention: { deregister: true } });
    await retire(service, await service.observe());
    await ec2.send(new EnableImageCommand({ ImageId: old }));

    const exempted = await service.reconcile(2 * hour);
    const calm = await service.reconcile(3 * hour);
    await ec2.send(new DisableImageCommand({ ImageId: old }));
    const disabled = await service.reconcile(100 * day);

    expect(exempted.map(({ action, result }) => [action.do, result])).toEqual([["release", "done"]]);
    expect(calm).toEqual([]);
    expect(disabled).toEqual([]);
    expect((await describeImage(old))?.State).toBe("disabled");
  });

  test("is disabled if its removed variant is in retiredVariants", async () => {
    const stage = `stage-${++stages}`;
    const service = await startService(aws, surroundings, stage, {}, { retiredVariants: ["gone"] });
    const [gone, kept] = [
      await service.image("gone", 60, { variant: "gone" }),
      await service.image("kept", 60, { variant: "only-removed" }),
    ];

    expect(await retire(service, await service.observe())).toEqual(["disable done"]);

    expect([await describeImage(gone), await describeImage(kept)]).toMatchObject([
      { State: "disabled" },
      { State: "available" },
    ]);
  });

  test("stays while an instance runs it", async () => {
    const { service, old } = await withOldImage({});
    await run(old);
    expect(await retire(service, await service.observe())).toEqual([]);
    expect((await describeImage(old))?.State).toBe("available");
  });

  const untouched = once(() => withOldImage({}));

  test.each(asked)("stays while %s does not answer", async (operation) => {
    const { service, old } = await untouched();
    await fail(operation);
    expect(await retire(service, await service.observe())).toEqual([]);
    expect((await describeImage(old))?.State).toBe("available");
  });

  test("stays while it is shared with another account, which would lose it", async () => {
    const { service, old } = await withOldImage({});
    const share = (LaunchPermission: object) =>
      ec2.send(new ModifyImageAttributeCommand({ ImageId: old, LaunchPermission }));
    await share({ Add: [{ UserId: "210987654321" }] });
    expect(await retire(service, await service.observe())).toEqual([]);
    expect((await service.observe()).references[old]).toEqual({ state: "used", by: ["account 210987654321"] });
    await share({ Remove: [{ UserId: "210987654321" }] });
    expect(await retire(service, await service.observe())).toEqual(["disable done"]);
  });

  test("stays if an instance has started from it since the plan was made", async () => {
    const { service, old } = await withOldImage({});
    const world = await service.observe();
    await run(old);
    expect(await retire(service, world)).toEqual(["disable stale"]);
    expect((await describeImage(old))?.State).toBe("available");
  });
});

describe("an image whose disabling EC2 refused", () => {
  test("is disabled by a later run, counts its grace from there, and does not count as enabled by a person", async () => {
    const { service, old } = await withOldImage({ retention: { deregister: true } });
    await fail("DisableImage");
    expect(await retire(service, await service.observe())).toEqual(["disable failed"]);
    expect(tagsOf(await describeImage(old))["retired-at"]).toMatch(/^retiring /);
    await lift();

    const late = await service.reconcile(30 * day);

    expect(late.map(({ action, result }) => [action.do, result])).toContainEqual(["disable", "done"]);
    expect(late.map(({ action }) => action.do)).not.toContain("release");
    expect((await describeImage(old))?.State).toBe("disabled");
    expect(await retire(service, await service.observe(43 * day))).toEqual([]);
    expect(await retire(service, await service.observe(44 * day))).toEqual(["deregister done"]);
  });

  test("gets no further records however many runs EC2 refuses, because nobody can delete them", async () => {
    const { readRecords } = await import("../../../functions/io/records.ts");
    const { service, old } = await withOldImage({ disableRevoked: true });
    const revoked = await service.image("revoked", 50, { revoked: "it breaks the network" });
    const records = async () =>
      Object.values(await readRecords(surroundings.bucket))
        .flatMap((all) => all ?? [])
        .filter(({ name }) => name.startsWith(`${old}/`) || name.startsWith(`${revoked}/`))
        .filter(({ kind }) => kind === "retirements" || kind === "withdrawals");
    await fail("DisableImage");
    await service.reconcile();
    const first = await records();
    await service.reconcile(minute);
    await lift();

    expect(first.map(({ kind }) => kind).toSorted()).toEqual(["retirements", "withdrawals"]);
    expect(await records()).toEqual(first);
  });

  test("begins its grace in a later run if only the record of its disabling is missing", async () => {
    const retiring = { "retired-at": "retiring 2026-01-01T00:00:00.000Z" };
    const { service, old } = await withOldImage({ retention: { deregister: true } }, retiring);
    await ec2.send(new DisableImageCommand({ ImageId: old }));

    expect(await retire(service, await service.observe(day))).toEqual(["disable done"]);

    expect(await retire(service, await service.observe(14 * day))).toEqual([]);
    expect(await retire(service, await service.observe(15 * day))).toEqual(["deregister done"]);
  });
});

describe("an image that has been disabled for its whole grace", () => {
  const deregistering = { retention: { deregister: true } };

  async function disabled(): Promise<{ service: Service; old: string; world: World }> {
    const { service, old } = await withOldImage(deregistering);
    await service.reconcile();
    return { service, old, world: await service.observe(15 * day) };
  }

  test("is deregistered with its snapshots if the configuration says so", async () => {
    const service = await startService(aws, surroundings, `stage-${++stages}`, deregistering);
    const [instance] = await run(await service.image("base", 1));
    const { ImageId: old = "" } = await ec2.send(new CreateImageCommand({ InstanceId: instance, Name: "old" }));
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [instance as string] }));
    const snapshot = (await describeImage(old))?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId as string;
    const source = await service.image("template", 60);
    const tags = (await describeImage(source))?.Tags ?? [];
    const named = tags.map(({ Key = "", Value = "" }) => [Key.slice("eks-windows-images:".length), Value]);
    const failed = { ...Object.fromEntries(named), proof: "failed" };
    await recordImage(aws.emulator, surroundings.bucket, old, failed);
    await service.tag(old, failed);
    await retire(service, await service.observe(4 * day));
    expect((await describeImage(old))?.State).toBe("disabled");

    expect(await retire(service, await service.observe(19 * day))).toContain("deregister done");

    expect(await describeImage(old)).toBeUndefined();
    const Filters = [{ Name: "snapshot-id", Values: [snapshot] }];
    expect((await ec2.send(new DescribeSnapshotsCommand({ Filters }))).Snapshots).toEqual([]);
  });

  test("is deregistered without a setting if it never proved itself, and stays otherwise", async () => {
    const { service, old } = await withOldImage({});
    const failed = await service.image("failed", 50, { proof: "failed" });
    await service.reconcile();
    expect([await describeImage(old), await describeImage(failed)]).toMatchObject([
      { State: "disabled" },
      { State: "disabled" },
    ]);

    await service.reconcile(15 * day);

    expect((await describeImage(old))?.State).toBe("disabled");
    expect(await describeImage(failed)).toBeUndefined();
  });

  const untouched = once(disabled);

  test.each(asked)("stays if %s fails in the recheck", async (operation) => {
    const { service, old, world } = await untouched();
    expect(service.plan(world)).toContainEqual(expect.objectContaining({ do: "deregister", image: old }));
    await fail(operation);
    expect(await retire(service, world)).toEqual(["deregister stale"]);
    expect((await describeImage(old))?.State).toBe("disabled");
  });

  test("stays if a launch template has named it since the plan was made", async () => {
    const { service, old, world } = await disabled();
    await ec2.send(
      new CreateLaunchTemplateCommand({ LaunchTemplateName: "late", LaunchTemplateData: { ImageId: old } }),
    );
    expect(await retire(service, world)).toEqual(["deregister stale"]);
    expect((await describeImage(old))?.State).toBe("disabled");
  });
});

/** What `POST /unrevoke` does. */
async function unrevoke(service: Service, id: string): Promise<void> {
  const { untagImage } = await import("../../../functions/io/image-tags.ts");
  const { writeRecord } = await import("../../../functions/io/records.ts");
  const [image] = (await service.observe()).images.filter((one) => one.id === id);
  await untagImage(id, ["revoked"]);
  for (const { hash } of image?.revocations ?? [])
    await writeRecord(surroundings.bucket, revocationRecord("unrevocations", id, hash), recordBody("ann", 0, "good"));
}

describe("a revoked image", () => {
  test("is deprecated and, with disableRevoked, disabled, and an unrevoke restores both", async () => {
    const service = await startService(aws, surroundings, `stage-${++stages}`, { disableRevoked: true });
    const image = await service.image("bad", 5, { revoked: "it breaks the network" });

    await service.reconcile();
    const revoked = await describeImage(image);
    await unrevoke(service, image);
    await service.reconcile();
    const restored = await describeImage(image);

    expect(revoked).toMatchObject({ State: "disabled", DeprecationTime: expect.any(String) });
    expect(tagsOf(revoked)).toHaveProperty("withdrawn-at");
    expect(restored?.State).toBe("available");
    expect(restored?.DeprecationTime).toBeUndefined();
    expect(tagsOf(restored)).not.toHaveProperty("withdrawn-at");
  });

  test("that a person has disabled stays disabled after an unrevoke", async () => {
    const service = await startService(aws, surroundings, `stage-${++stages}`);
    const image = await service.image("bad", 5, { revoked: "it breaks the network" });
    await service.reconcile();
    await new EC2Client({}).send(new DisableImageCommand({ ImageId: image }));

    await unrevoke(service, image);
    await service.reconcile();

    const restored = await describeImage(image);
    expect(restored?.State).toBe("disabled");
    expect(restored?.DeprecationTime).toBeUndefined();
    expect(tagsOf(restored)).not.toHaveProperty("withdrawn-at");
  });

  test("counts its grace anew if it is disabled once more within an hour after a person enabled it", async () => {
    const policies = { disableRevoked: true, retention: { deregister: true } };
    const { service, old } = await withOldImage(policies, { "input:kubernetes": "1.35.1" });
    await service.reconcile();
    expect(tagsOf(await describeImage(old))).toHaveProperty("retired-at");
    await service.tag(old, { revoked: "it breaks the network" });
    await ec2.send(new EnableImageCommand({ ImageId: old }));

    await service.reconcile(30 * minute);

    expect(await describeImage(old)).toMatchObject({ State: "disabled" });
    expect(await retire(service, await service.observe(14 * day + 15 * minute))).toEqual([]);
    expect(await retire(service, await service.observe(14 * day + 45 * minute))).toEqual(["deregister done"]);
  });

  test("keeps the exemption from retention that another writer has just given it", async () => {
    const { disableRevoked } = await import("../../../functions/io/image-lifecycle.ts");
    const { writeRecord } = await import("../../../functions/io/records.ts");
    const service = await startService(aws, surroundings, `stage-${++stages}`);
    const id = await service.image("bad", 60, { "retired-at": "2026-01-01T00:00:00.000Z" });
    const read = async () => (await service.observe()).images.find((image) => image.id === id) as DomainImage;
    const before = await read();
    await service.tag(id, { "retired-at": "released 2026-02-01T00:00:00.000Z" });

    const keepRecord: KeepRecord = (kind, value, about) =>
      writeRecord(surroundings.bucket, tagRecord(kind, id, value, about), recordBody("reconcile", 0, "bad"));
    await disableRevoked(before, Date.now(), keepRecord);
    expect(tagsOf(await describeImage(id))).toMatchObject({ "retired-at": "released 2026-02-01T00:00:00.000Z" });
    await keepRecord("retirements", "2026-01-01T00:00:00.000Z");
    await service.tag(id, { "retired-at": "2026-01-01T00:00:00.000Z" });
    await disableRevoked(await read(), Date.now(), keepRecord);
    expect(tagsOf(await describeImage(id))).not.toHaveProperty("retired-at");
  });

  test("may have an empty tag, because a person wrote it", async () => {
    const service = await startService(aws, surroundings, `stage-${++stages}`);
    const image = await service.image("bad", 5, { revoked: " " });
    expect((await service.observe()).images).toMatchObject([{ id: image, revoked: { reason: "no reason given" } }]);
    expect(await service.holds("candidate")).toBeUndefined();
  });

  test("is not touched again once it is deprecated", async () => {
    const service = await startService(aws, surroundings, `stage-${++stages}`);
    await service.image("bad", 5, { revoked: "it breaks the network" });
    await service.reconcile();
    expect(await service.reconcile()).toEqual([]);
  });
});
