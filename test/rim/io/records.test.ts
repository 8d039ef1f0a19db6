import { CopyImageCommand, DescribeImagesCommand, EC2Client } from "@aws-sdk/client-ec2";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { tagRecord } from "../../../functions/domain/records.ts";
import { recordImage } from "../../records.ts";
import { day, hour } from "../../scene.ts";
import { type Aws, startAws } from "../aws.ts";
import { type Service, type Surroundings, startService, startSurroundings } from "../service.ts";

let aws: Aws;
let surroundings: Surroundings;
let io: typeof import("../../../functions/io/records.ts");
let stages = 0;

beforeAll(async () => {
  aws = await startAws();
  surroundings = await startSurroundings("records");
  io = await import("../../../functions/io/records.ts");
});

beforeEach(() => aws.emulator.parameterValidation({ delayMs: 20 }));
afterAll(() => aws?.stop());

const body = { by: "arn:aws:iam::123456789012:user/ann", at: "2026-11-04T12:00:00.000Z", reason: "a test" };

describe("records", () => {
  test("are listed by kind, each with the time at which it was written on the stack's clock", async () => {
    const { bucket } = await startSurroundings("listed");
    const key = tagRecord("approvals", "ami-1", "a");
    aws.clock.advanceBy(3 * day);
    const before = Math.floor(aws.clock.now().getTime() / 1_000) * 1_000;

    await io.writeRecord(bucket, key, body);
    await io.writeRecord(bucket, "pauses/_everything", body);

    const records = await io.readRecords(bucket);
    expect(records).toEqual({
      approvals: [{ kind: "approvals", name: key.slice("approvals/".length), at: expect.any(Number) }],
      pauses: [{ kind: "pauses", name: "_everything", at: expect.any(Number) }],
    });
    expect(records.approvals?.[0]?.at).toBeGreaterThanOrEqual(before);
    expect(records.approvals?.[0]?.at).toBeLessThan(before + hour);
  });

  test("beyond one page are all listed", async () => {
    const { bucket } = await startSurroundings("many");
    const keys = Array.from({ length: 1_005 }, (_, number) => tagRecord("approvals", "ami-1", String(number)));
    await Promise.all(keys.map((key) => io.writeRecord(bucket, key, body)));

    const first = (await aws.emulator.calls()).length;
    expect((await io.readRecords(bucket)).approvals).toHaveLength(1_005);
    expect((await aws.emulator.calls(first)).map(({ operation }) => operation)).toEqual([
      "ListObjectsV2",
      "ListObjectsV2",
    ]);
  });
});

/** A stage whose channels hold an image. */
async function withImage(): Promise<{ service: Service; image: string }> {
  const service = await startService(aws, surroundings, `stage-${++stages}`);
  const image = await service.image("real", 9);
  await service.reconcile();
  await service.settled();
  await service.reconcile();
  expect(await service.holds("stable")).toBe(image);
  return { service, image };
}

async function tagsOf(image: string): Promise<Record<string, string>> {
  const { Images = [] } = await new EC2Client({}).send(new DescribeImagesCommand({ ImageIds: [image] }));
  return Object.fromEntries(
    (Images[0]?.Tags ?? []).map(({ Key = "", Value = "" }) => [Key.slice("eks-windows-images:".length), Value]),
  );
}

/** What somebody can make who may copy and tag images. */
async function copyOf(service: Service, image: string): Promise<string> {
  const copy = { Name: `copy of ${image}`, SourceImageId: image, SourceRegion: "us-east-1" };
  const { ImageId = "" } = await new EC2Client({}).send(new CopyImageCommand(copy));
  await service.tag(ImageId, await tagsOf(image));
  // Until then the copy is pending.
  aws.clock.advanceBy(hour);
  return ImageId;
}

describe("a copy of an image with all its tags", () => {
  test("is reported once and not published, although it is newer", async () => {
    const { service, image } = await withImage();
    await surroundings.received();
    const copy = await copyOf(service, image);

    await service.reconcile();
    await service.settled();
    expect(await service.reconcile()).toEqual([]);

    expect([await service.holds("candidate"), await service.holds("stable")]).toEqual([image, image]);
    expect(await surroundings.received()).toMatchObject([{ kind: "unrecorded", images: [{ image: copy }] }]);
    expect(await service.history("stable")).toEqual([image]);
  });

  test("is published once it has the records of an image that was made and proved here", async () => {
    const { service, image } = await withImage();
    const copy = await copyOf(service, image);

    await recordImage(aws.emulator, surroundings.bucket, copy, await tagsOf(copy));
    await service.reconcile();
    await service.settled();

    expect([await service.holds("candidate"), await service.holds("stable")]).toEqual([copy, copy]);
  });
});

describe("what reconcile does to an image", () => {
  test("does not happen without its record: no channel is written and no tag is set", async () => {
    const service = await startService(aws, surroundings, `stage-${++stages}`);
    const newest = await service.image("newest", 9);
    const wanted = { "retired-at": new Date(Date.now() - 2 * hour).toISOString() };
    const enabled = await service.image("enabled", 60, wanted);
    const lift = await aws.emulator.failCalls({ operation: "PutObject", code: "SlowDown", status: 403 });

    const outcomes = await service.reconcile();
    await lift();
    await service.settled();

    expect(new Set(outcomes.map(({ action, result }) => `${action.do} ${result}`))).toEqual(
      new Set(["publish failed", "release failed"]),
    );
    expect(await service.holds("stable")).toBeUndefined();
    expect(Object.keys(await tagsOf(newest)).filter((name) => /^published/.test(name))).toEqual([]);
    expect(await tagsOf(enabled)).toMatchObject(wanted);
  });

  test("is recorded before it is tagged: a write to a channel and a revocation by hand", async () => {
    const { service, image } = await withImage();
    await service.tag(image, { revoked: "it breaks the network" });
    const first = (await aws.emulator.calls()).length;
    await service.reconcile();

    const [world] = (await service.observe()).images;
    expect(world).toMatchObject({
      unrecorded: [],
      published: { candidate: expect.anything(), stable: expect.anything() },
      revocations: [{ recorded: true }],
    });
    const writes = (await aws.emulator.calls(first)).filter(({ operation }) => /^(Put|Create|Enable)/.test(operation));
    expect(
      writes.map(({ parameters }) => String(parameters.Key ?? "")).filter((key) => /^records\//.test(key)),
    ).toEqual([
      expect.stringMatching(new RegExp(`^records/revocations/${image}/`)),
      expect.stringMatching(new RegExp(`^records/withdrawals/${image}/`)),
    ]);
  });

  test("that a channel holds and that loses all its tags stays revoked", async () => {
    const { service, image } = await withImage();
    const older = await service.image("older", 99);
    await service.tag(image, { revoked: "it breaks the network", stage: "none" });
    await service.reconcile();
    expect(await service.holds("candidate")).toBe(image);

    await io.writeRecord(surroundings.bucket, tagRecord("revocations", image, "it breaks the network"), body);
    await service.reconcile();
    await service.settled();

    expect(await service.holds("candidate")).toBe(older);
  });

  test("is recorded as its exemption, without which a person could not keep an image that retention disabled", async () => {
    const service = await startService(aws, surroundings, `stage-${++stages}`);
    const image = await service.image("wanted", 60, { "retired-at": new Date(Date.now() - 2 * hour).toISOString() });

    await service.reconcile();

    const [found] = (await service.observe()).images;
    expect(found).toMatchObject({ id: image, exemptSince: expect.any(Number), unrecorded: [] });
    await service.tag(image, { "retired-at": `released ${new Date(0).toISOString()}` });
    expect((await service.observe()).images[0]).toMatchObject({
      exemptSince: undefined,
      unrecorded: [{ claim: "that it is exempt from retention" }],
    });
  });
});
