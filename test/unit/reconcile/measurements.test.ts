import { afterEach, describe, expect, test, vi } from "vitest";
import type { Build } from "../../../functions/domain/builds.ts";
import { indexWorld } from "../../../functions/domain/indexed-world.ts";
import type { RecordedInputs } from "../../../functions/domain/inputs.ts";
import type { FleetNode } from "../../../functions/domain/observed-fleet.ts";
import { imageName } from "../../../functions/domain/packer-variables.ts";
import type { Trigger } from "../../../functions/domain/trigger.ts";
import { statesOf } from "../../../functions/domain/variant-state.ts";
import type { World } from "../../../functions/domain/world.ts";
import type { Outcome } from "../../../functions/reconcile/act.ts";
import { measurementsOf } from "../../../functions/reconcile/measurements.ts";
import { writeMeasurements } from "../../../functions/telemetry/metrics.ts";
import { core, day, full, hour, type Scene, scene, two } from "../../scene.ts";
import { fleetScene, hold, observe, rolling, runs, web } from "../../web-fleet.ts";

function measured(
  observed: World,
  { triggers = [], outcomes = [] }: { triggers?: Trigger[]; outcomes?: Outcome[] } = {},
) {
  const world = indexWorld(observed);
  return measurementsOf({ world, states: statesOf(world), triggers, outcomes, milliseconds: 1500 });
}

/** Since now its first attempt at the newest Kubernetes has failed. */
const failing = () => scene().published("ami-1").kubernetes("1.35.8").failed("capacity");

const ended = (build: string, status: string): Trigger => ({ kind: "build", about: `${build} ${status}` });

describe("a reconcile run measures", () => {
  test("only itself if nothing is wrong", () => {
    const { world } = scene().published("ami-1");

    expect(measured(world)).toEqual({ ReconcileDuration: 1500 });
  });

  test("as failed what is urgent and had no time, and nothing else that had none", () => {
    const action = { do: "publish", variant: core, channel: "candidate", image: "ami-2", reasons: [] } as const;
    const postponed = (leaves: string | undefined): Outcome => ({
      action: { ...action, reasons: [], previous: "ami-1", leaves },
      result: "postponed",
    });
    const { world } = scene().published("ami-1");

    expect(measured(world, { outcomes: [postponed("ami-1 is revoked")] }).ActionsFailed).toBe(1);
    expect(measured(world, { outcomes: [postponed(undefined)] }).ActionsFailed).toBeUndefined();
  });

  test("how long the variant that is furthest behind has been behind", () => {
    const story = scene(two)
      .published("ami-1")
      .published("ami-2", {}, full)
      .request("again", full)
      .later(9 * hour);
    const { world } = story.request("again").later(hour);

    expect(measured(world).HoursBehind).toBe(10);
  });

  test("how many variants fail", () => {
    const story = scene(two).published("ami-1").published("ami-2", {}, full);
    const { world } = story
      .kubernetes("1.35.8")
      .kubernetes("1.35.8", full)
      .failed("test")
      .failed("test", { variant: full });

    expect(measured(world).FailingVariants).toBe(2);
  });

  test("what killed builds left behind, whether it is removed or only reported", () => {
    const report = scene({ policies: { sweep: "report" } })
      .published("ami-1")
      .left();

    expect(measured(scene().published("ami-1").left().world).Leftovers).toBe(1);
    expect(measured(report.world).Leftovers).toBe(1);
  });

  test("what has the tags of a run and is left alone: an instance that lost its profile runs on", () => {
    expect(measured(scene().published("ami-1").left().left({ mark: "foreign" }).world).Leftovers).toBe(2);
  });

  test("the images that killed builds left without inputs, beside the resources", () => {
    const story = scene().published("ami-1").left();
    const { token, endedAt = 0 } = story.world.builds[0] as Build;
    const name = imageName(story.world.stage, core, token);
    story.image("ami-9", { name, token, createdAt: endedAt, proof: undefined, provedAt: undefined });
    story.change("ami-9", { inputs: {}, origin: undefined, made: false });

    expect(measured(story.world).Leftovers).toBe(2);
  });

  test("that the sweep is blind, as a failed action", () => {
    const { world } = scene().published("ami-1");
    world.leftovers = { found: [], unread: "DescribeTags is denied" };

    expect(measured(world).ActionsFailed).toBe(1);
  });

  test("how many sources are silent, counting a source that two variants share once", () => {
    const story = scene(two)
      .baseReleased(46 * day)
      .baseReleased(50 * day, full);
    const parameter = "/aws/service/ami-windows-latest/shared";
    const shared = scene(two)
      .baseReleased(46 * day)
      .baseReleased(46 * day, full);
    for (const upstream of Object.values(shared.world.upstream)) upstream.baseParameter = parameter;

    expect(measured(story.world).SilentSources).toBe(2);
    expect(measured(shared.world).SilentSources).toBe(1);
  });

  test("a source that does not exist as silent, and one that does not answer today as not silent", () => {
    expect(measured(scene().baseMissing().world).SilentSources).toBe(1);
    expect(measured(scene().silentAbout("baseAmi").world)).not.toHaveProperty("SilentSources");
  });

  test.each<[string, () => World]>([
    [
      "an upstream does not answer, though as far as known it is up to date",
      () => scene().published("ami-1").silentAbout("kubernetes").world,
    ],
    ["its base does not exist", () => scene().baseMissing().world],
    ["its build lacks binaries", () => scene().kubernetes("1.35.8").binaries("1.35.8", "missing").world],
  ])("a variant as blocked if %s", (_, world) => {
    expect(measured(world()).BlockedVariants).toBe(1);
  });

  test("a variant as blocked if CodeBuild has no room, once even if something else blocks it", () => {
    const { world } = scene().silentAbout("kubernetes");
    const action = scene().published("ami-1").kubernetes("1.35.8").building();
    const outcomes: Outcome[] = [{ action, result: "no-room", detail: "account limit" }];

    expect(measured(world, { outcomes }).BlockedVariants).toBe(1);
    expect(measured(scene().published("ami-1").world, { outcomes }).BlockedVariants).toBe(1);
  });

  test("no variant as blocked if it has all it needs, or is up to date and only its binaries are gone", () => {
    const { world } = scene().published("ami-1").binaries("1.35.7", "missing");

    expect(measured(scene().world)).not.toHaveProperty("BlockedVariants");
    expect(measured(world)).not.toHaveProperty("BlockedVariants");
  });

  test.each([
    ["has failed for just a day", () => failing().later(day), undefined],
    ["has failed for more than a day", () => failing().later(day + 1), 1],
    ["has been given up", () => failing().failed("test").failed("test").failed("test"), 1],
    [
      "has been given up, but its inputs have changed since",
      () => failing().failed("test").failed("test").failed("test").kubernetes("1.35.9"),
      undefined,
    ],
    [
      "has been given up, but a person asked for another attempt",
      () => failing().failed("test").failed("test").failed("test").request("again"),
      undefined,
    ],
  ])("a variant as stuck if it %s", (_, story, count) => {
    expect(measured(story().world).StuckVariants).toBe(count);
  });

  test("a variant as stuck if the harvest that it needs has been given up", () => {
    const story = scene({ variants: [{ name: core, windows: 2022, kubernetes: "1.35", base: "Base" }] });
    story.eksImage("ami-0000000000000ea52");
    const { order } = story.building() as { order: { inputs: RecordedInputs } };
    for (const _ of [1, 2, 3]) story.failed("test", { purpose: "harvest", inputs: order.inputs });

    expect(measured(story.world).StuckVariants).toBe(1);
  });

  test("an old failure as no trouble of a variant that fell behind just now", () => {
    const story = scene().published("ami-1").kubernetes("1.35.8").failed("capacity").kubernetes("1.35.7");

    expect(measured(story.later(5 * day).world).StuckVariants).toBeUndefined();
    expect(measured(story.request("again").world).StuckVariants).toBeUndefined();
  });

  test("how long the longest pause has lasted, and nothing while nothing is paused", () => {
    const story = scene().published("ami-1").pause("*").later(hour).pause().later(hour);

    expect(measured(story.world).HoursPaused).toBe(2);
    expect(measured(story.resume().resume("*").world)).not.toHaveProperty("HoursPaused");
  });

  test("images whose tags no record confirms, even after their notification", () => {
    const forged = { made: false, unrecorded: [{ claim: "that its proof passed", record: "a" }] };
    const story = scene().published("ami-1").image("ami-2", forged).notifyAll();

    expect(measured(story.world).UnrecordedImages).toBe(1);
    expect(measured(story.change("ami-2", { variant: "gone" }).world).UnrecordedImages).toBe(1);
    expect(measured(scene().published("ami-1").world)).not.toHaveProperty("UnrecordedImages");
  });

  test("failed actions", () => {
    const action = scene().building();
    const outcomes: Outcome[] = [{ action, result: "failed", error: new Error("denied") }];

    expect(measured(scene().world, { outcomes }).ActionsFailed).toBe(1);
  });

  test("a silent source even after its notification", () => {
    const { world } = scene()
      .published("ami-1")
      .baseReleased(46 * day)
      .notifyAll();

    expect(measured(world).SilentSources).toBe(1);
  });
});

test("the start of the newest published image of the slowest variant is measured for a day after a publication", () => {
  const story = scene(two).usualStarts(500, 210).published("ami-full", {}, full).notifyAll();

  expect(measured(story.measured("ami-full", { start: 250.4 }).world)).toMatchObject({ SlowestStartSeconds: 250.4 });
  story.image("ami-3").measured("ami-3", { start: 900 });
  expect(measured(story.world)).toMatchObject({ SlowestStartSeconds: 250.4 });
  expect(measured(story.measured("ami-full", {}).world)).toMatchObject({ SlowestStartSeconds: 210 });
  expect(measured(story.later(day).world)).not.toHaveProperty("SlowestStartSeconds");
  expect(measured(story.later(-day).measured("ami-usual-2", {}).world)).not.toHaveProperty("SlowestStartSeconds");
});

describe("of fleets is measured", () => {
  const { mode, window, ...watched } = web;

  test("nothing if there are none, and only their age if all nodes are up to date", () => {
    const story = fleetScene();
    observe(story, "web", runs("ami-2"));

    expect(Object.keys(measured(scene().published("ami-2").world))).toEqual(["ReconcileDuration"]);
    expect(measured(story.world)).toEqual({ ReconcileDuration: 1500, OldestNodeImageHours: 48 });
  });

  test("how many nodes are behind in all, watched fleets included, and the age of the oldest image", () => {
    const story = fleetScene(web, { ...watched, name: "seen", group: "seen" }, { ...web, name: "new", group: "new" });
    observe(story, "new", runs("ami-2"));

    expect(measured(story.world)).toMatchObject({ NodesBehind: 6, OldestNodeImageHours: 9 * 24 });
  });

  test("the age of images that others have made, unless nobody knows it", () => {
    const story = fleetScene();
    observe(story, "web", runs("ami-9"));

    expect(measured(story.world)).toMatchObject({ NodesBehind: 3 });
    expect(measured(story.world)).not.toHaveProperty("OldestNodeImageHours");

    const [first, ...others] = runs("ami-9").nodes;
    const imageMadeAt = story.world.now - 40 * day;
    observe(story, "web", runs("ami-9", { nodes: [{ ...(first as FleetNode), imageMadeAt }, ...others] }));
    expect(measured(story.world)).toMatchObject({ OldestNodeImageHours: 40 * 24 });
  });

  test.each<[string, (story: Scene) => void]>([
    ["its rollout has failed", (story) => rolling(story, hour, { status: "failed", detail: "PodEvictionFailure" })],
    ["its rollout is stuck", (story) => rolling(story, 7 * hour)],
    ["it is refused", (story) => observe(story, "web", runs("ami-1", { obstacles: ["it has no template"] }))],
    [
      "somebody else has moved it",
      (story) => {
        rolling(story, day, { status: "succeeded" });
        const template = { template: "lt-1", named: "7", number: 7, made: [2], followedBy: undefined };
        observe(story, "web", runs("ami-1", { template }));
      },
    ],
    [
      "its nodes run a revoked image",
      (story) => {
        observe(story, "web", runs("ami-2"));
        story.revoke("ami-2").holds("ami-1");
      },
    ],
  ])("a fleet in trouble if %s", (_, change) => {
    const story = fleetScene();
    change(story);

    expect(measured(story.world).FleetsInTrouble).toBe(1);
  });

  test("no trouble of a fleet that waits, is held or is being rolled", () => {
    const held = fleetScene();
    hold(held, "web");
    const rolled = fleetScene();
    rolling(rolled, hour);

    for (const { world } of [held, rolled, fleetScene()]) expect(measured(world)).not.toHaveProperty("FleetsInTrouble");
  });

  test("trouble of a watched fleet only if it uses a revoked image", () => {
    const story = fleetScene(watched);
    observe(story, "web", runs("ami-1", { obstacles: ["it has no template"] }));

    expect(measured(story.world)).not.toHaveProperty("FleetsInTrouble");
    expect(measured(story.revoke("ami-1").world).FleetsInTrouble).toBe(1);
  });
});

describe("builds are counted", () => {
  const wanted = () => scene().published("ami-1").kubernetes("1.35.8");
  const start = () => {
    const action = wanted().building();
    if (action.do !== "build") throw new Error("the scene starts no build");
    return action;
  };

  test("as started by the run that started them", () => {
    const outcomes: Outcome[] = [{ action: start(), result: "done", detail: "project:7" }];

    expect(measured(wanted().world, { outcomes }).BuildsStarted).toBe(1);
  });

  test.each<[string, Outcome]>([
    ["CodeBuild already knew the order", { action: start(), result: "done", detail: "already started" }],
    ["there was no room", { action: start(), result: "no-room", detail: "account limit" }],
    ["the run was too old", { action: start(), result: "stale" }],
    ["the call failed", { action: start(), result: "failed", error: new Error("no") }],
    ["nothing was started", { action: { do: "nothing", variant: core, reasons: [] }, result: "done" }],
  ])("not as started if %s", (_, outcome) => {
    expect(measured(wanted().world, { outcomes: [outcome] })).not.toHaveProperty("BuildsStarted");
  });

  test("as ended by the run that their own event triggered, and by no other", () => {
    const { world } = wanted().failed("test").build({ id: "project:9", status: "succeeded", endedAt: 1 });
    const failed = world.builds.find(({ status }) => status === "failed")?.id ?? "";

    expect(measured(world)).not.toHaveProperty("BuildsFailed");
    expect(measured(world, { triggers: [ended(failed, "FAILED")] })).toMatchObject({ BuildsFailed: 1 });
    expect(measured(world, { triggers: [ended("project:9", "SUCCEEDED")] })).toMatchObject({ BuildsSucceeded: 1 });
    expect(measured(world, { triggers: [ended("project:99", "SUCCEEDED")] })).not.toHaveProperty("BuildsSucceeded");
  });

  test("once, even if their event comes twice in a batch", () => {
    const { world } = wanted().build({ id: "project:9", status: "succeeded", endedAt: 1 });
    const triggers = [ended("project:9", "SUCCEEDED"), ended("project:9", "SUCCEEDED")];

    expect(measured(world, { triggers }).BuildsSucceeded).toBe(1);
  });

  test("neither as succeeded nor as failed if a person stopped them", () => {
    const { world } = wanted().build({ id: "project:9", status: "stopped", endedAt: 1 });

    const measurements = measured(world, { triggers: [ended("project:9", "STOPPED")] });

    expect(Object.keys(measurements)).toEqual(["ReconcileDuration"]);
  });
});

describe("measurements are written", () => {
  afterEach(() => vi.restoreAllMocks());

  function written(): unknown[] {
    const write = vi.spyOn(process.stdout, "write").mockReturnValue(true);
    writeMeasurements("production", { HoursBehind: 5.5, BuildsFailed: 2 });
    return write.mock.calls.map(([text]) => JSON.parse(String(text)));
  }

  test("as one line that CloudWatch reads metrics from, with the dimensions stage and service", () => {
    expect(written()).toEqual([
      {
        _aws: {
          Timestamp: expect.any(Number),
          CloudWatchMetrics: [
            {
              Namespace: "eks-windows-images",
              Dimensions: [["service", "stage"]],
              Metrics: [
                { Name: "HoursBehind", Unit: "None" },
                { Name: "BuildsFailed", Unit: "Count" },
              ],
            },
          ],
        },
        service: "reconcile",
        stage: "production",
        HoursBehind: 5.5,
        BuildsFailed: 2,
      },
    ]);
  });
});
