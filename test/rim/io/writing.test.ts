import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { channelParameter } from "../../../functions/config/channel-names.ts";
import type { BuildOrder } from "../../../functions/domain/build-orders.ts";
import { indexWorld } from "../../../functions/domain/indexed-world.ts";
import type { NotificationOf } from "../../../functions/domain/notifications/due.ts";
import type { Action } from "../../../functions/domain/plan.ts";
import { type Aws, startAws } from "../aws.ts";
import { validated } from "../progress.ts";
import { type Service, type Surroundings, startService, startSurroundings } from "../service.ts";

const variant = "windows-2022-core-1.35";
let aws: Aws;
let surroundings: Surroundings;
let service: Service;
let functions: {
  act: typeof import("../../../functions/reconcile/act.ts").act;
  channels: typeof import("../../../functions/io/channels.ts");
  requests: typeof import("../../../functions/io/requests.ts");
  notifications: typeof import("../../../functions/io/notifications.ts");
  notify: typeof import("../../../functions/reconcile/notify.ts").notify;
};

beforeAll(async () => {
  aws = await startAws();
  surroundings = await startSurroundings("writing");
  service = await startService(aws, surroundings, "test");
  functions = {
    act: (await import("../../../functions/reconcile/act.ts")).act,
    channels: await import("../../../functions/io/channels.ts"),
    requests: await import("../../../functions/io/requests.ts"),
    notifications: await import("../../../functions/io/notifications.ts"),
    notify: (await import("../../../functions/reconcile/notify.ts")).notify,
  };
});

beforeEach(() => aws.emulator.parameterValidation({ delayMs: 50 }));
afterEach(async () => void (await surroundings.received()));
afterAll(() => aws?.stop());

function published(image: string, previous?: string): NotificationOf<"published"> {
  return {
    kind: "published",
    start: undefined,
    key: `published/${variant}/candidate/1-${image}`,
    variant,
    at: aws.clock.now().getTime(),
    channel: "candidate",
    image,
    previous,
    inputs: {},
    reasons: ["a test"],
    token: undefined,
  };
}

interface Sending {
  topicArn?: string;
  chat?: string;
  notified?: ReadonlySet<string>;
}

describe("a notification", () => {
  const send = (
    notification: NotificationOf<"published" | "image-grew">,
    { topicArn = surroundings.topicArn, chat, notified = new Set() }: Sending = {},
  ) => {
    const topics = { TOPIC_ARN: topicArn, CHAT_TOPIC_ARN: chat };
    return functions.notify({ ...service.environment, ...topics, BUCKET: surroundings.bucket }, notification, notified);
  };

  test("reaches machines as JSON, with attributes to filter by, and is then recorded", async () => {
    await send(published("ami-1"));

    const [message] = await surroundings.received();
    expect(message).toMatchObject({
      kind: "published",
      image: "ami-1",
      text: expect.stringContaining("a test"),
      attributes: { kind: "published", variant, channel: "candidate" },
    });
    const notified = await functions.notifications.readNotified(surroundings.bucket);
    expect(notified).toContain(`published/${variant}/candidate/1-ami-1`);
  });

  test("that could not be sent is not recorded", async () => {
    await expect(send(published("ami-2"), { topicArn: `${surroundings.topicArn}-gone` })).rejects.toThrow();
    const notified = await functions.notifications.readNotified(surroundings.bucket);
    expect(notified).not.toContain(`published/${variant}/candidate/1-ami-2`);
  });

  describe("for chats", () => {
    let chats: Surroundings;
    beforeAll(async () => {
      chats = await startSurroundings("chats");
    });
    const recordedOf = async (image: string) =>
      [...(await functions.notifications.readNotified(surroundings.bucket))].filter((key) => key.endsWith(`-${image}`));

    test("reaches their topic in the form of Amazon Q Developer, with the same attributes", async () => {
      await send(published("ami-c1"), { chat: chats.topicArn });

      const [message] = await chats.received();
      expect(message).toMatchObject({
        version: "1.0",
        source: "custom",
        content: { textType: "client-markdown", title: `${variant}: ami-c1 published to candidate` },
        attributes: { kind: "published", variant, channel: "candidate" },
      });
      expect(await surroundings.received()).toMatchObject([{ image: "ami-c1" }]);
      expect(await recordedOf("ami-c1")).toEqual([published("ami-c1").key]);
    });

    test("that only one topic has taken goes to the other one later, and not to the first again", async () => {
      const lost = send(published("ami-c2"), { chat: `${chats.topicArn}-gone` });
      await expect(lost).rejects.toThrow(/^notifying chat: /);
      expect(await surroundings.received()).toHaveLength(1);
      const notified = await functions.notifications.readNotified(surroundings.bucket);
      expect(notified).not.toContain(published("ami-c2").key);

      await send(published("ami-c2"), { chat: chats.topicArn, notified });

      expect(await chats.received()).toHaveLength(1);
      expect(await surroundings.received()).toEqual([]);
      expect(await recordedOf("ami-c2")).toContain(published("ami-c2").key);
    });

    test("reaches them even if the subscribers' topic is gone, and once only", async () => {
      const topicArn = `${surroundings.topicArn}-gone`;
      await expect(send(published("ami-c3"), { topicArn, chat: chats.topicArn })).rejects.toThrow(
        /^notifying subscribers: /,
      );
      const notified = await functions.notifications.readNotified(surroundings.bucket);

      await send(published("ami-c3"), { chat: chats.topicArn, notified });

      expect(await chats.received()).toHaveLength(1);
      expect(await surroundings.received()).toHaveLength(1);
    });
  });

  test("lists the changes inside the image if both images have reports", async () => {
    await putReport("ami-3", reportOf("1.7.25"));
    await putReport("ami-4", reportOf("1.7.27"));

    await send(published("ami-4", "ami-3"));

    const [message] = await surroundings.received();
    expect(message?.inside).toEqual(["containerd 1.7.25 → 1.7.27"]);
    expect(message?.text).toContain("containerd 1.7.25 → 1.7.27");
  });

  test("of an image that grew says where, as far as both reports have folders", async () => {
    const reportWith = (bytes: number) =>
      JSON.stringify({
        ...JSON.parse(reportOf("1.7.27")),
        disk: { usedBytes: bytes, folders: [{ path: "C:\\Windows", bytes }] },
      });
    await putReport("ami-g1", reportWith(30 * 1024 ** 3));
    await putReport("ami-g2", reportWith(36 * 1024 ** 3));
    await putReport("ami-g3", reportOf("1.7.27"));
    const grew = (image: string): NotificationOf<"image-grew"> => ({
      ...{ kind: "image-grew", key: `image-grew/${image}`, variant, at: aws.clock.now().getTime(), image },
      ...{ previous: "ami-g1", size: 36 * 1024 ** 3, previousSize: 30 * 1024 ** 3 },
    });

    await send(grew("ami-g2"));
    await send(grew("ami-g3"));

    const [where, unknown] = await surroundings.received();
    expect(where?.inside).toEqual(["Folder C:\\Windows 30.0 GiB → 36.0 GiB"]);
    expect(where?.text).toContain("  Folder C:\\Windows 30.0 GiB → 36.0 GiB");
    expect(unknown?.text).toContain("  no folder that the reports name");
  });

  test.each([
    ["is missing", undefined],
    ["is not JSON", "half a rep"],
    ["has another shape", "{}"],
  ])("has no changes inside if a report %s", async (_, report) => {
    const image = `ami-of-${report ?? "none"}`;
    await putReport("ami-3", reportOf("1.7.25"));
    if (report) await putReport(image, report);

    await send(published(image, "ami-3"));

    const [message] = await surroundings.received();
    expect(message).toMatchObject({ image });
    expect(message).not.toHaveProperty("inside");
  });

  test("is sent even if no report can be read", async () => {
    const lift = await aws.emulator.failCalls({ operation: "GetObject", code: "AccessDenied", status: 403 });
    await send(published("ami-5", "ami-3"));
    await lift();
    expect(await surroundings.received()).toHaveLength(1);
  });
});

async function putReport(image: string, Body: string): Promise<void> {
  const Key = `reports/${image}/report.json`;
  await new S3Client({}).send(new PutObjectCommand({ Bucket: surroundings.bucket, Key, Body }));
}

function reportOf(containerd: string): string {
  const kubernetes = { kubelet: "1.35.7", kubeProxy: "1.35.7" };
  const lists = { installedUpdates: [], containerImages: [], customSteps: [] };
  return JSON.stringify({ recipe: "layer", osBuild: "20348.4052", kubernetes, containerd, ...lists });
}

describe("a channel", () => {
  const prefix = "/channel/channels";
  const stage = { CHANNELS_PREFIX: prefix, STAGE: "channel" };

  test("holds what was written once Parameter Store has accepted the image, and describes it", async () => {
    const image = await aws.emulator.addPublicImage({ name: "ours" });
    await functions.channels.writeChannel(stage, variant, "stable", image, true);

    await validated(aws.emulator, prefix);
    const channels = await functions.channels.readChannels(prefix);
    expect(channels[variant]?.stable).toMatchObject({ image, holds: { status: "described", state: "available" } });
  });

  test("stays unwritten if Parameter Store rejects the image", async () => {
    const parameter = channelParameter(prefix, variant, "candidate");
    await functions.channels.writeChannel(stage, variant, "candidate", "ami-0000000000000dead", true);

    await validated(aws.emulator, prefix);
    const events = await aws.emulator.events();
    expect(events.some(({ detail }) => detail.name === parameter && detail.exception)).toBe(true);
    expect((await functions.channels.readChannels(prefix))[variant]?.candidate).toBeUndefined();
  });

  test("can be written more often than Parameter Store keeps versions", async () => {
    const image = await aws.emulator.addPublicImage({ name: "often" });
    for (let count = 1; count <= 105; count++)
      await functions.channels.writeChannel(stage, "often", "stable", image, false);
    await validated(aws.emulator, prefix);
    expect((await functions.channels.readChannels(prefix)).often?.stable?.version).toBe(105);
  });
});

test("a request survives every character in its reason", async () => {
  const request = {
    id: "r1",
    reason: 'because {{of}} "that" {{{',
    by: "arn:aws:iam::1:user/a",
    at: "2026-11-04T12:00:00Z",
  };
  await functions.requests.writeRequest(
    { REQUESTS_PREFIX: "/test/requests", STAGE: "test" },
    variant,
    request,
    undefined,
  );
  expect(await functions.requests.readRequests("/test/requests")).toEqual({ [variant]: { ...request, earlier: [] } });
});

test("a notification that cannot be sent holds back only the channel that it is about", async () => {
  const first = await service.image("first", 9);
  await service.reconcile();
  await service.settled();
  expect([await service.holds("stable"), await service.holds("candidate")]).toEqual([first, first]);
  const down = { service: "sns", code: "AuthorizationError", status: 403 };
  const liftOne = await aws.emulator.failCalls({ ...down, after: 1 });
  await service.reconcile();
  await liftOne();
  await service.image("second", 5);

  const lift = await aws.emulator.failCalls(down);
  const outcomes = await service.reconcile();
  await lift();

  expect(outcomes.map(({ action, result }) => [action.do, "channel" in action ? action.channel : "", result])).toEqual([
    ["announce", "", "failed"],
    ["publish", "candidate", "done"],
    ["publish", "stable", "held-back"],
  ]);
});

/** An order for a project that does not exist. */
const order: BuildOrder = {
  variant,
  purpose: "build",
  inputs: { baseAmi: "ami-1", kubernetes: "1.35.7", patchTuesday: "2026-10-13", recipe: "a", settings: "b" },
  attempt: 1,
  token: "0".repeat(64),
  variables: {
    PURPOSE: "build",
    VARIANT: variant,
    INPUTS: "{}",
    RECIPE: "a",
    ATTEMPT: "1",
    TOKEN: "0".repeat(64),
    REASONS: "",
    PACKER_VARIABLES: "{}",
  },
};

test("a failed action of one variant does not stop another variant's", async () => {
  const actions: Action[] = [
    { do: "build", variant: "broken", order: { ...order, variant: "broken" }, reasons: [] },
    { do: "announce", variant: "whole", notification: { ...published("ami-9"), variant: "whole" } },
  ];

  const outcomes = await functions.act(actions, indexWorld(await service.observe()), service.environment, Date.now);

  expect(outcomes.map(({ action, result }) => [action.variant, result])).toEqual([
    ["broken", "failed"],
    ["whole", "done"],
  ]);
});
