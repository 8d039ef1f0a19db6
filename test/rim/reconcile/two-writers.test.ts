import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { ChannelName } from "../../../functions/config/channel-names.ts";
import { type Aws, startAws } from "../aws.ts";
import { type Service, type Surroundings, startService, startSurroundings } from "../service.ts";

let aws: Aws;
let surroundings: Surroundings;
let stages = 0;
/** What happens while a writer stands between its second look and the tag on its image. */
let meanwhile: (() => Promise<unknown>) | undefined;

vi.mock("../../../functions/io/image-tags.ts", async (original) => {
  const actual = await original<typeof import("../../../functions/io/image-tags.ts")>();
  async function tagImage(...tag: Parameters<typeof actual.tagImage>): Promise<void> {
    const happens = meanwhile;
    meanwhile = undefined;
    await happens?.();
    await actual.tagImage(...tag);
  }
  return { ...actual, tagImage };
});

beforeAll(async () => {
  aws = await startAws();
  surroundings = await startSurroundings("two-writers");
});

beforeEach(() => aws.emulator.parameterValidation({ delayMs: 20 }));
afterAll(() => aws?.stop());

/** `candidate` holds the first image; one writer has seen the second image, the other the third, too. */
async function twoViews() {
  const service = await startService(aws, surroundings, `stage-${++stages}`, { soak: "300d" });
  const first = await service.image("first", 9);
  await service.reconcile();
  await landed(service, first, "candidate");
  await landed(service, first, "stable");
  await service.reconcile();
  const second = await service.image("second", 5);
  const older = await service.observe();
  const third = await service.image("third", 4);
  const newer = await service.observe();
  // The older view's second look has to see what it has seen.
  await service.tag(third, { proof: "failed" });
  return { service, older, newer, second, third, arrive: () => service.tag(third, { proof: "passed" }) };
}

async function landed(service: Service, image: string, channel: ChannelName = "candidate"): Promise<void> {
  await vi.waitFor(async () => expect(await service.holds(channel)).toBe(image), { timeout: 5_000, interval: 10 });
}

test.each([
  ["has been read back", 20],
  ["is still under way", 1_000],
])("the older image gives way where a newer one has come between look and tag: its write %s", async (_, delayMs) => {
  const { service, older, newer, second, third, arrive } = await twoViews();
  await aws.emulator.parameterValidation({ delayMs });
  meanwhile = async () => {
    await arrive();
    await service.act(newer);
    if (delayMs === 20) await landed(service, third);
  };

  const outcomes = await service.act(older);

  expect(outcomes.map(({ action, result }) => [action.do, result])).toEqual([["publish", "stale"]]);
  await landed(service, third);
  expect(await service.history("candidate")).not.toContain(second);
  const told = await service.reconcile();
  expect(told.map(({ action }) => action.do === "announce" && action.notification.kind)).toEqual(["published"]);
  expect(await service.reconcile(600_000)).toEqual([]);
});

test("the newer image does not wait for an older one that was tagged between its look and its tag", async () => {
  const { service, older, second, third, arrive } = await twoViews();
  await aws.emulator.parameterValidation({ delayMs: 500 });
  await arrive();
  const newer = await service.observe();
  meanwhile = async () => {
    await service.tag(third, { proof: "failed" });
    await service.act(older);
    await arrive();
  };

  const outcomes = await service.act(newer);

  expect(outcomes.map(({ action, result }) => [action.do, result])).toEqual([["publish", "done"]]);
  await landed(service, third);
  expect((await service.history("candidate")).slice(1)).toEqual([second, third]);
});

test("an image that is revoked between look and tag is not written", async () => {
  const { service, older, second } = await twoViews();
  meanwhile = () => service.tag(second, { revoked: "it breaks the network" });

  expect((await service.act(older)).map(({ result }) => result)).toEqual(["stale"]);
  expect(await service.history("candidate")).not.toContain(second);
});
