import { CreateTagsCommand, DeleteTagsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { ChannelName } from "../../../functions/config/channel-names.ts";
import { minute } from "../../../functions/config/time.ts";
import { type Aws, startAws } from "../aws.ts";
import { type Service, type Surroundings, startService, startSurroundings } from "../service.ts";

let aws: Aws;
let surroundings: Surroundings;
let stages = 0;

beforeAll(async () => {
  aws = await startAws();
  surroundings = await startSurroundings("publishing");
});

afterAll(() => aws?.stop());

beforeEach(() => aws.emulator.parameterValidation({ delayMs: 20 }));
afterEach(async () => void (await surroundings.told()));

/** A stage whose channels hold an image that everybody knows, and a newer one that has soaked. */
async function withNewerImage(
  policies?: Parameters<typeof startService>[3],
): Promise<{ service: Service; first: string; second: string }> {
  const service = await startService(aws, surroundings, `stage-${++stages}`, policies);
  const first = await service.image("first", 9);
  await service.reconcile();
  await landed(service, first);
  await service.reconcile();
  const second = await service.image("second", 5);
  await surroundings.told();
  return { service, first, second };
}

async function landed(
  service: Service,
  image: string,
  channels: ChannelName[] = ["candidate", "stable"],
): Promise<void> {
  await vi.waitFor(
    async () => {
      for (const channel of channels) expect(await service.holds(channel)).toBe(image);
    },
    { timeout: 5_000, interval: 10 },
  );
}

/** Until the plan has nothing left to do about channels and announcements, as time passes. */
async function comeToRest(service: Service): Promise<void> {
  for (let look = 1; look <= 6; look++) {
    await settle();
    const outcomes = await service.reconcile(look * 6 * minute);
    if (outcomes.length === 0) return;
  }
  throw new Error("the service has not come to rest");
}

/** Longer than Parameter Store takes here to look for an image. */
function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 100));
}

function publicationsOf(told: Awaited<ReturnType<Surroundings["told"]>>, image: string): (string | undefined)[] {
  return told
    .filter((one) => one.kind === "published" && one.image === image)
    .map(({ channel }) => channel)
    .toSorted();
}

test("in a calm run an image is written, read back and told once for each channel", async () => {
  const { service, second } = await withNewerImage();

  const published = await service.reconcile();
  expect(await surroundings.told()).toEqual([]);
  await landed(service, second);
  const announced = await service.reconcile();
  const nothing = await service.reconcile();

  expect(published.map(({ action, result }) => [action.do, result])).toEqual([
    ["publish", "done"],
    ["publish", "done"],
  ]);
  expect(announced.map(({ action, result }) => [action.do, result])).toEqual([
    ["announce", "done"],
    ["announce", "done"],
  ]);
  expect(nothing).toEqual([]);
  expect(publicationsOf(await surroundings.told(), second)).toEqual(["candidate", "stable"]);
});

describe("a write that Parameter Store does not take", () => {
  test("is waited for, then told as rejected and made again, and published only when it is there", async () => {
    const { service, first, second } = await withNewerImage();
    await aws.emulator.parameterValidation({ delayMs: 20, reject: 2 });

    await service.reconcile();
    await settle();
    expect(await service.reconcile(1 * minute)).toEqual([]);
    expect(await service.holds("stable")).toBe(first);
    await service.reconcile(6 * minute);
    expect((await surroundings.told()).map(({ kind, channel }) => [kind, channel])).toEqual([
      ["write-rejected", "candidate"],
      ["write-rejected", "stable"],
    ]);
    await landed(service, second);
    await comeToRest(service);

    const told = await surroundings.told();
    expect(told.map(({ kind }) => kind)).toEqual(["published", "published"]);
    expect(publicationsOf(told, second)).toEqual(["candidate", "stable"]);
  });
});

describe("a reconcile that dies between any two calls", () => {
  /** From the call after the first `calls` on none is answered any more. Answers whether there were that many. */
  async function dieAfter(calls: number, run: () => Promise<unknown>): Promise<boolean> {
    const before = (await aws.emulator.calls()).length;
    const lift = await aws.emulator.failCalls({ code: "AccessDeniedException", status: 403, after: calls });
    await run().catch(() => undefined);
    await lift();
    return (await aws.emulator.calls()).slice(before).some(({ error }) => error === "AccessDeniedException");
  }

  test.each(["first", "second"])(
    "the %s look of a publication: the next ones finish it, and tell it at least once",
    async (which) => {
      let died = true;
      let calls = 0;
      for (; died; calls++) {
        const { service, first, second } = await withNewerImage();
        if (which === "second") {
          await service.reconcile();
          await landed(service, second);
        }
        died = await dieAfter(calls, () => service.reconcile());
        await comeToRest(service);

        for (const channel of ["candidate", "stable"] as const) {
          const history = await service.history(channel);
          expect([calls, channel, history.at(-1)]).toEqual([calls, channel, second]);
          expect(history.lastIndexOf(first)).toBeLessThan(history.indexOf(second));
        }
        const told = publicationsOf(await surroundings.told(), second);
        expect(new Set(told)).toEqual(new Set(["candidate", "stable"]));
        if (!died) expect(told).toEqual(["candidate", "stable"]);
      }
      expect(calls).toBeGreaterThan(5);
    },
    180_000,
  );
});

describe("two reconciles at once", () => {
  test("of the same view publish the same image, and it is told once", async () => {
    const { service, first, second } = await withNewerImage();
    const views = await Promise.all([service.observe(), service.observe()]);

    await Promise.all(views.map((view) => service.act(view)));
    await landed(service, second);
    await settle();
    await comeToRest(service);

    expect(new Set((await service.history("stable")).slice(1))).toEqual(new Set([second]));
    expect((await service.history("stable"))[0]).toBe(first);
    expect(publicationsOf(await surroundings.told(), second)).toEqual(["candidate", "stable"]);
  });

  test.each([
    ["has been read back", 20],
    ["is still under way", 1_000],
  ])("an older view that arrives last writes nothing: what the newer one wrote %s", async (_, delayMs) => {
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

  test("an image that has been revoked since the plan was made is not written", async () => {
    const { service, first, second } = await withNewerImage();
    const older = await service.observe();
    await service.tag(second, { revoked: "it breaks the network" });

    const outcomes = await service.act(older);

    expect(outcomes.map(({ result }) => result)).toEqual(["stale", "stale"]);
    expect(await service.holds("stable")).toBe(first);
  });
});

describe("tags that become visible late", () => {
  const ec2 = () => new EC2Client({});
  const key = (channel: ChannelName) => `eks-windows-images:published-${channel}`;

  test("on a new image: it is nobody's until they are all there", async () => {
    const { service, second } = await withNewerImage({ retention: { unprovedAfter: "30d" } });
    const proof = [{ Key: "eks-windows-images:proof", Value: "passed" }];
    await ec2().send(new DeleteTagsCommand({ Resources: [second], Tags: proof }));
    expect(await service.reconcile()).toEqual([]);

    await ec2().send(new CreateTagsCommand({ Resources: [second], Tags: proof }));
    await service.reconcile();
    await landed(service, second);
  });

  test("on an image that has just been written: the same is written again, never another, and told once", async () => {
    const { service, first, second } = await withNewerImage();
    await aws.emulator.parameterValidation({ delayMs: 2_000 });
    await service.reconcile();
    await ec2().send(
      new DeleteTagsCommand({ Resources: [second], Tags: [{ Key: key("candidate") }, { Key: key("stable") }] }),
    );

    await service.reconcile();
    await vi.waitFor(async () => expect(await service.history("stable")).toEqual([first, second, second]), 10_000);
    await service.reconcile();
    await comeToRest(service);

    expect(publicationsOf(await surroundings.told(), second)).toEqual(["candidate", "stable"]);
  });
});

test("a channel goes back from a revoked image in the next look, also while no mail can be sent", async () => {
  const { service, first, second } = await withNewerImage();
  await service.reconcile();
  await landed(service, second);
  await service.tag(second, { revoked: "2026-11-22T20:00:00.000Z arn:aws:iam::123456789012:user/ann pods lose DNS" });
  const lift = await aws.emulator.failCalls({ service: "sns", code: "AuthorizationError", status: 403 });

  await service.reconcile();
  await landed(service, first);
  await lift();
  await comeToRest(service);

  const told = await surroundings.told();
  expect(told.filter(({ kind }) => kind === "rolled-back").map(({ image, channel }) => [image, channel])).toEqual([
    [first, "candidate"],
    [first, "stable"],
  ]);
});
