import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { indexWorld } from "../../../functions/domain/indexed-world.ts";
import { type Action, plan } from "../../../functions/domain/plan.ts";
import { startRecord } from "../../../functions/domain/starts.ts";
import { type Account, ServiceError } from "../../memory-aws/account.ts";
import { type Endpoint, serve, settings } from "../../memory-aws/endpoint.ts";
import { accountOf, environmentOf } from "../../memory-aws/from-world.ts";
import { hour, minute, type Scene, scene } from "../../scene.ts";

let endpoint: Endpoint;
let account: Account;
let start: typeof import("../../../functions/reconcile/starts.ts").start;

beforeAll(async () => {
  account = accountOf(scene().world);
  endpoint = await serve(account);
  Object.assign(process.env, settings(endpoint));
  ({ start } = await import("../../../functions/reconcile/starts.ts"));
});

beforeEach(() => {
  endpoint.calls.length = 0;
  Object.assign(account, { builds: [], starts: new Map() });
  for (const key of account.objects.keys()) account.objects.delete(key);
});

afterAll(() => endpoint?.stop());

/** A variant that wants a build now, in real time. */
function behind(kubernetes: string): Scene {
  return scene({}, new Date().toISOString())
    .image("ami-1", { provedAt: Date.now() - hour })
    .kubernetes(kubernetes);
}

function buildOf({ world }: Scene) {
  const build = plan(world).find((action) => "order" in action);
  if (!build || !("order" in build)) throw new Error("the scene wants no build");
  return build satisfies Action;
}

function pass(story: Scene, clock = Date.now) {
  const run = { world: indexWorld(story.world), environment: environmentOf(story.world), clock };
  return start(buildOf(story), run);
}

test("an order is recorded before it is passed to CodeBuild", async () => {
  const story = behind("1.35.8");

  expect(await pass(story)).toMatchObject({ outcome: "started" });

  const operations = endpoint.calls.map(({ operation }) => operation);
  expect(operations.indexOf("PutObject")).toBeGreaterThan(-1);
  expect(operations.indexOf("PutObject")).toBeLessThan(operations.indexOf("StartBuild"));
  expect([...account.objects.keys()]).toEqual([`records/${startRecord(buildOf(story).order)}`]);
});

test("of two runs that order different things, the second one gives way", async () => {
  await pass(behind("1.35.8"));

  expect(await pass(behind("1.35.9"))).toBeUndefined();
  expect(account.builds).toHaveLength(1);
});

test("the same order passed twice is one build", async () => {
  await pass(behind("1.35.8"));

  expect(await pass(behind("1.35.8"))).toMatchObject({ outcome: "started" });
  expect(account.builds).toHaveLength(1);
});

test("an order that waited for four minutes is not carried out", async () => {
  const story = behind("1.35.8");

  expect(await pass(story, () => story.world.now + 4 * minute)).toBeUndefined();
  expect(account.builds).toEqual([]);
});

test("an order that cannot be recorded is not passed on", async () => {
  const set = account.objects.set.bind(account.objects);
  account.objects.set = () => {
    throw new ServiceError("AccessDenied", "no", 403);
  };

  await expect(pass(behind("1.35.8"))).rejects.toThrow();
  account.objects.set = set;
  expect(account.builds).toEqual([]);
});
