import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { type Aws, startAws } from "../aws.ts";
import { type Service, type Surroundings, startService, startSurroundings } from "../service.ts";

let aws: Aws;
let surroundings: Surroundings;
let stages = 0;
/** What happens between a writer's recheck and the tag on its image. */
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

/** `candidate` holds the first image. One writer has seen the second image, the other one also the third. */
async function twoViews() {
  const service = await startService(aws, surroundings, `stage-${++stages}`, { soak: "300d" });
  const first = await service.image("first", 9);
  await service.reconcile();
  await landed(service, first);
  expect(await service.holds("stable")).toBe(first);
  await service.reconcile();
  const second = await service.image("second", 5);
  const older = await service.observe();
  const third = await service.image("third", 4);
  const newer = await service.observe();
  // The recheck of the older view must see the same images. No record fits an image with another input.
  const leave = () => service.tag(third, { "input:recipe": "b".repeat(64) });
  const arrive = () => service.tag(third, { "input:recipe": service.environment.RECIPE });
  await leave();
  return { service, older, newer, second, third, arrive, leave };
}

async function landed(service: Service, image: string): Promise<void> {
  await service.settled();
  expect(await service.holds("candidate")).toBe(image);
}

test.each([
  ["has been read back", 20],
  ["is still under way", 1_000],
])("an older image gives way to a newer one between its recheck and its tag, whose write %s", async (_, delayMs) => {
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
  const notified = await service.reconcile();
  expect(notified.map(({ action }) => (action.do === "announce" ? action.notification.kind : action.do))).toEqual([
    "published",
    "confirm",
  ]);
  expect(await service.reconcile(600_000)).toEqual([]);
});

test("a newer image does not wait for an older one that is tagged between its recheck and its tag", async () => {
  /** The newer view's writer, which the older one overtakes while its own write takes so long. */
  async function overtaken(delayMs: number) {
    const views = await twoViews();
    const { service, older, second, arrive, leave } = views;
    await aws.emulator.parameterValidation({ delayMs });
    await arrive();
    const newer = await service.observe();
    meanwhile = async () => {
      await leave();
      await service.act(older);
      await arrive();
    };
    const outcomes = await service.act(newer);
    return { ...views, outcomes, isVisible: (await service.history("candidate")).includes(second) };
  }

  let result = await overtaken(500);
  // On a slow machine the older write may be visible before the newer one is made. Then it has to take longer.
  for (let delayMs = 1_000; result.isVisible; delayMs *= 2) {
    await aws.emulator.parameterValidation({ delayMs: 20 });
    result = await overtaken(delayMs);
  }
  const { service, second, third, outcomes } = result;

  expect(outcomes.map(({ action, result }) => [action.do, result])).toEqual([["publish", "done"]]);
  await landed(service, third);
  expect((await service.history("candidate")).slice(1)).toEqual([second, third]);
});

test("an image that is revoked between recheck and tag is not written", async () => {
  const { service, older, second } = await twoViews();
  meanwhile = () => service.tag(second, { revoked: "it breaks the network" });

  expect((await service.act(older)).map(({ result }) => result)).toEqual(["stale"]);
  expect(await service.history("candidate")).not.toContain(second);
});
