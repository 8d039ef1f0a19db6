import { afterEach, describe, expect, test, vi } from "vitest";
import type { Outcome } from "../../functions/act.ts";
import { measurementsOf } from "../../functions/measurements.ts";
import { writeMeasurements } from "../../functions/metrics.ts";
import type { Trigger } from "../../functions/trigger.ts";
import type { World } from "../../functions/world.ts";
import { core, day, full, hour, scene, two } from "../scene.ts";

function measured(world: World, { triggers = [], outcomes = [] }: { triggers?: Trigger[]; outcomes?: Outcome[] } = {}) {
  return measurementsOf({ world, triggers, outcomes, milliseconds: 1500 });
}

const ended = (build: string, status: string): Trigger => ({ kind: "build", about: `${build} ${status}` });

describe("A look measures", () => {
  test("nothing but itself where all is well", () => {
    const { world } = scene().published("ami-1");

    expect(measured(world)).toEqual({ HoursBehind: 0, FailingVariants: 0, SilentSources: 0, ReconcileDuration: 1500 });
  });

  test("for how long the variant that is furthest behind has been so", () => {
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

  test("how many sources are silent: one that two variants have is one", () => {
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

  test("a source that does not exist as silent, and one that does not answer today as none", () => {
    expect(measured(scene().baseMissing().world).SilentSources).toBe(1);
    expect(measured(scene().silentAbout("baseAmi").world).SilentSources).toBe(0);
  });

  test("how many sources do not answer: what two variants ask for is one, and what there is not has answered", () => {
    const { world } = scene(two).silentAbout("kubernetes").silentAbout("kubernetes", full).silentAbout("baseAmi");
    const answered = scene(two).baseMissing().published("ami-1").world;

    expect(measured(world).UnansweredSources).toBe(2);
    expect(measured(answered)).not.toHaveProperty("UnansweredSources");
  });

  test("a silent source also when everybody has been told of it", () => {
    const { world } = scene()
      .published("ami-1")
      .baseReleased(46 * day)
      .tellAll();

    expect(measured(world).SilentSources).toBe(1);
  });
});

describe("Builds are counted", () => {
  const wanted = () => scene().published("ami-1").kubernetes("1.35.8");
  const start = () => {
    const action = wanted().building();
    if (action.do !== "build") throw new Error("the scene starts no build");
    return action;
  };

  test("as started by the look that started them", () => {
    const outcomes: Outcome[] = [{ action: start(), result: "done", detail: "project:7" }];

    expect(measured(wanted().world, { outcomes }).BuildsStarted).toBe(1);
  });

  test.each<[string, Outcome]>([
    ["CodeBuild knew the order already", { action: start(), result: "done", detail: "already started" }],
    ["there was no room", { action: start(), result: "no-room", detail: "account limit" }],
    ["the look was too old", { action: start(), result: "stale" }],
    ["the call failed", { action: start(), result: "failed", error: new Error("no") }],
    ["nothing was started", { action: { do: "nothing", variant: core, reasons: [] }, result: "done" }],
  ])("not as started where %s", (_, outcome) => {
    expect(measured(wanted().world, { outcomes: [outcome] })).not.toHaveProperty("BuildsStarted");
  });

  test("as ended by the look that their own event triggered, and by no other", () => {
    const { world } = wanted().failed("test").build({ id: "project:9", status: "succeeded", endedAt: 1 });
    const failed = world.builds.find(({ status }) => status === "failed")?.id ?? "";

    expect(measured(world)).not.toHaveProperty("BuildsFailed");
    expect(measured(world, { triggers: [ended(failed, "FAILED")] })).toMatchObject({ BuildsFailed: 1 });
    expect(measured(world, { triggers: [ended("project:9", "SUCCEEDED")] })).toMatchObject({ BuildsSucceeded: 1 });
    expect(measured(world, { triggers: [ended("project:99", "SUCCEEDED")] })).not.toHaveProperty("BuildsSucceeded");
  });

  test("once, though their event comes twice in a batch", () => {
    const { world } = wanted().build({ id: "project:9", status: "succeeded", endedAt: 1 });
    const triggers = [ended("project:9", "SUCCEEDED"), ended("project:9", "SUCCEEDED")];

    expect(measured(world, { triggers }).BuildsSucceeded).toBe(1);
  });

  test("as neither where a person stopped them", () => {
    const { world } = wanted().build({ id: "project:9", status: "stopped", endedAt: 1 });

    const measurements = measured(world, { triggers: [ended("project:9", "STOPPED")] });

    expect(Object.keys(measurements)).toHaveLength(4);
  });
});

describe("Measurements are written", () => {
  afterEach(() => vi.restoreAllMocks());

  function written(): unknown[] {
    const write = vi.spyOn(process.stdout, "write").mockReturnValue(true);
    writeMeasurements("production", { HoursBehind: 5.5, BuildsFailed: 2 });
    return write.mock.calls.map(([text]) => JSON.parse(String(text)));
  }

  test("as one line that CloudWatch takes metrics from: only those given, no dimension but service and stage", () => {
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
