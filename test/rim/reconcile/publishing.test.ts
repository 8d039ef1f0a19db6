import { CreateTagsCommand, DeleteTagsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ChannelName } from "../../../functions/config/channel-names.ts";
import { minute } from "../../../functions/config/time.ts";
import type { Outcome } from "../../../functions/reconcile/act.ts";
import { type Aws, startAws } from "../aws.ts";
import { type Received, type Service, type Surroundings, startService, startSurroundings } from "../service.ts";

let aws: Aws;
let surroundings: Surroundings;
let stages = 0;

beforeAll(async () => {
  aws = await startAws();
  surroundings = await startSurroundings("publishing");
});

afterAll(() => aws?.stop());

beforeEach(() => aws.emulator.parameterValidation({ delayMs: 20 }));
afterEach(async () => void (await surroundings.received()));

/** A stage whose channels hold an image that was notified, and a newer one that has soaked. */
async function withNewerImage(
  policies?: Parameters<typeof startService>[3],
): Promise<{ service: Service; first: string; second: string }> {
  const service = await startService(aws, surroundings, `stage-${++stages}`, policies);
  const first = await service.image("first", 9);
  await service.reconcile();
  await landed(service, first);
  await service.reconcile();
  const second = await service.image("second", 5);
  await surroundings.received();
  return { service, first, second };
}

async function landed(
  service: Service,
  image: string,
  channels: ChannelName[] = ["candidate", "stable"],
): Promise<void> {
  await service.settled();
  for (const channel of channels) expect(await service.holds(channel)).toBe(image);
}

/** Reconciles as time passes, until the plan contains no write to a channel and no notification. */
async function comeToRest(service: Service): Promise<void> {
  for (let run = 1; run <= 6; run++) {
    await service.settled();
    const outcomes = await service.reconcile(run * 6 * minute);
    if (outcomes.length === 0) return;
  }
  throw new Error("the service has not come to rest");
}

/** The channels for which a publication of the image was notified. */
function publicationsOf(received: Received[], image: string): (string | undefined)[] {
  return received
    .filter((one) => one.kind === "published" && one.image === image)
    .map(({ channel }) => channel)
    .toSorted();
}

test("an image is written, read back and notified once per channel", async () => {
  const { service, second } = await withNewerImage();

  const published = await service.reconcile();
  expect(await surroundings.received()).toEqual([]);
  await landed(service, second);
  const notified = await service.reconcile();
  const nothing = await service.reconcile();

  expect(published.map(({ action, result }) => [action.do, result])).toEqual([
    ["publish", "done"],
    ["publish", "done"],
  ]);
  expect(notified.map(({ action, result }) => [action.do, result])).toEqual([
    ["announce", "done"],
    ["announce", "done"],
    ["confirm", "done"],
    ["confirm", "done"],
  ]);
  expect(nothing).toEqual([]);
  expect(publicationsOf(await surroundings.received(), second)).toEqual(["candidate", "stable"]);
});

describe("a write that Parameter Store rejects", () => {
  test("is notified as rejected and repeated, and notified as published once it is there", async () => {
    const { service, first, second } = await withNewerImage();
    await aws.emulator.parameterValidation({ delayMs: 20, reject: 2 });

    await service.reconcile();
    await service.settled();
    expect(await service.reconcile(1 * minute)).toEqual([]);
    expect(await service.holds("stable")).toBe(first);
    await service.reconcile(6 * minute);
    expect((await surroundings.received()).map(({ kind, channel }) => [kind, channel])).toEqual([
      ["write-rejected", "candidate"],
      ["write-rejected", "stable"],
    ]);
    await landed(service, second);
    await comeToRest(service);

    const received = await surroundings.received();
    expect(received.map(({ kind }) => kind)).toEqual(["published", "published"]);
    expect(publicationsOf(received, second)).toEqual(["candidate", "stable"]);
  });
});

describe("a run that crashes after any of its writes", () => {
  /** A stage before the first run of a publication, which writes the channels, or before the second, which notifies. */
  async function stageBefore(which: "first" | "second") {
    const stage = await withNewerImage();
    if (which === "first") return stage;
    await stage.service.reconcile();
    await landed(stage.service, stage.second);
    return stage;
  }

  /** Reconciles. Returns after how many calls the world has changed: 0, and the number of each call that is no read. */
  async function changes(service: Service): Promise<number[]> {
    const first = (await aws.emulator.calls()).length;
    await service.reconcile();
    const calls = await aws.emulator.calls(first);
    return [0, ...calls.flatMap(({ operation }, index) => (/^(Describe|Get|List)/.test(operation) ? [] : [index + 1]))];
  }

  /** Reconciles, but no call after the first `calls` succeeds. */
  async function crashAfter(calls: number, service: Service): Promise<void> {
    const lift = await aws.emulator.failCalls({ code: "AccessDeniedException", status: 403, after: calls });
    await service.reconcile().catch(() => undefined);
    await lift();
  }

  /** The channels for which the image was notified once the service has come to rest with that image. */
  async function comeToRestWith({ service, first, second }: Awaited<ReturnType<typeof stageBefore>>) {
    await comeToRest(service);
    for (const channel of ["candidate", "stable"] as const) {
      const history = await service.history(channel);
      expect([channel, history.at(-1)]).toEqual([channel, second]);
      expect(history.lastIndexOf(first)).toBeLessThan(history.indexOf(second));
    }
    return publicationsOf(await surroundings.received(), second);
  }

  test.each([
    ["first", 7],
    ["second", 7],
  ] as const)(
    "in the %s run of a publication is finished by the next runs, which notify at least once",
    async (which, count) => {
      const calm = await stageBefore(which);
      const points = await changes(calm.service);

      expect(points).toHaveLength(count);
      expect(await comeToRestWith(calm)).toEqual(["candidate", "stable"]);
      for (const calls of points) {
        const stage = await stageBefore(which);
        await crashAfter(calls, stage.service);
        expect(new Set(await comeToRestWith(stage)), `after ${calls} calls`).toEqual(new Set(["candidate", "stable"]));
      }
    },
  );
});

describe("two runs at the same time", () => {
  test("with the same view publish the same image, which is notified once", async () => {
    const { service, first, second } = await withNewerImage();
    const views = await Promise.all([service.observe(), service.observe()]);

    await Promise.all(views.map((view) => service.act(view)));
    await landed(service, second);
    await comeToRest(service);

    expect(new Set((await service.history("stable")).slice(1))).toEqual(new Set([second]));
    expect((await service.history("stable"))[0]).toBe(first);
    expect(publicationsOf(await surroundings.received(), second)).toEqual(["candidate", "stable"]);
  });

  test.each([
    ["has been read back", 20],
    ["is still under way", 1_000],
  ])("write nothing if an older view comes last and the newer one's write %s", async (_, delayMs) => {
    const { service, second } = await withNewerImage();
    const older = await service.observe();
    const third = await service.image("third", 4);
    await aws.emulator.parameterValidation({ delayMs });
    await service.reconcile();
    if (delayMs === 20) await landed(service, third);

    const outcomes = await service.act(older);

    expect(outcomes.map(({ action, result }) => [action.do, result])).toEqual([
      ["publish", "stale"],
      ["publish", "stale"],
    ]);
    await landed(service, third);
    for (const channel of ["candidate", "stable"] as const)
      expect(await service.history(channel)).not.toContain(second);
  });

  test("do not write an image that was revoked since the plan", async () => {
    const { service, first, second } = await withNewerImage();
    const older = await service.observe();
    await service.tag(second, { revoked: "it breaks the network" });

    const outcomes = await service.act(older);

    expect(outcomes.map(({ result }) => result)).toEqual(["stale", "stale"]);
    expect(await service.holds("stable")).toBe(first);
  });
});

describe("tags that become visible late", () => {
  const isWritten = ({ action, result }: Outcome) => action.do === "publish" && result === "done";
  const ec2 = () => new EC2Client({});
  const key = (channel: ChannelName) => `eks-windows-images:published-${channel}`;

  test("keep a new image unpublished until all are visible", async () => {
    const { service, second } = await withNewerImage({ retention: { unprovedAfter: "30d" } });
    const recipe = [{ Key: "eks-windows-images:input:recipe", Value: service.environment.RECIPE }];
    await ec2().send(new DeleteTagsCommand({ Resources: [second], Tags: recipe }));
    expect((await service.reconcile()).filter(isWritten)).toEqual([]);

    await ec2().send(new CreateTagsCommand({ Resources: [second], Tags: recipe }));
    await service.reconcile();
    await landed(service, second);
  });

  /** Two runs in a row, the second of which sees neither the first one's tags nor its writes. Returns its outcomes. */
  async function writeTwice(service: Service, image: string, delayMs: number) {
    await aws.emulator.parameterValidation({ delayMs });
    await service.reconcile();
    await ec2().send(
      new DeleteTagsCommand({ Resources: [image], Tags: [{ Key: key("candidate") }, { Key: key("stable") }] }),
    );
    return service.reconcile();
  }

  test("repeat the write of the same image, which is notified once", async () => {
    let { service, first, second } = await withNewerImage();
    // On a slow machine the writes may be visible before the second run. Then they have to take longer.
    for (let delayMs = 500; !(await writeTwice(service, second, delayMs)).every(isWritten); delayMs *= 2) {
      await aws.emulator.parameterValidation({ delayMs: 20 });
      ({ service, first, second } = await withNewerImage());
    }

    await service.settled();
    expect(await service.history("stable")).toEqual([first, second, second]);
    await service.reconcile();
    await comeToRest(service);

    expect(publicationsOf(await surroundings.received(), second)).toEqual(["candidate", "stable"]);
  });
});

test("a channel leaves a revoked image in the next run, even while no mail can be sent", async () => {
  const { service, first, second } = await withNewerImage();
  await service.reconcile();
  await landed(service, second);
  await service.tag(second, { revoked: "2026-11-22T20:00:00.000Z arn:aws:iam::123456789012:user/ann pods lose DNS" });
  const lift = await aws.emulator.failCalls({ service: "sns", code: "AuthorizationError", status: 403 });

  await service.reconcile();
  await landed(service, first);
  await lift();
  await comeToRest(service);

  const received = await surroundings.received();
  expect(received.filter(({ kind }) => kind === "rolled-back").map(({ image, channel }) => [image, channel])).toEqual([
    [first, "candidate"],
    [first, "stable"],
  ]);
});

test("a channel does not wait for chats whose topic is gone", async () => {
  const { service, second } = await withNewerImage();
  await service.reconcile();
  await landed(service, second);
  const third = await service.image("third", 4);
  Object.assign(service.environment, { CHAT_TOPIC_ARN: `${surroundings.topicArn}-gone` });

  const outcomes = await service.reconcile();

  const results = (what: string) => outcomes.filter(({ action }) => action.do === what).map(({ result }) => result);
  expect(results("announce")).toEqual(["failed", "failed"]);
  expect(results("publish")).toEqual(["done", "done"]);
  await landed(service, third);
  expect(publicationsOf(await surroundings.received(), second)).toEqual(["candidate", "stable"]);
});
