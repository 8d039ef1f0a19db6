import { describe, expect, test } from "vitest";
import { hour, scene } from "../../../scene.ts";

const source = "ami-0000000000000ea52";
const assembled = {
  variants: [
    { name: "first", windows: 2022 as const, kubernetes: "1.35", base: "Base" as const },
    { name: "second", windows: 2022 as const, kubernetes: "1.35", base: "ContainersLatest" as const },
  ],
};
const alone = { variants: assembled.variants.slice(0, 1) };

/** AWS releases an EKS image while every variant is up to date. */
function released(configuration: typeof assembled = alone) {
  const story = scene(configuration);
  for (const { name } of configuration.variants) story.published(`ami-of-${name}`, {}, name).eksImage(source, name);
  return story;
}

function harvest(changes: object = {}) {
  return {
    variant: "first",
    purpose: "harvest" as const,
    image: source,
    inputs: { baseAmi: source, recipe: "a".repeat(64) },
    ...changes,
  };
}

describe("a new EKS image", () => {
  test("is harvested for an assembled variant, by the deployed scripts", () => {
    expect(released().building("first")).toMatchObject({
      do: "harvest",
      reasons: [`nothing has been harvested from ${source} yet`],
      order: {
        purpose: "harvest",
        attempt: 1,
        inputs: { baseAmi: source, recipe: "a".repeat(64) },
        variables: { PURPOSE: "harvest", IMAGE_ID: source },
      },
    });
  });

  test("is not harvested for a layered variant", () => {
    expect(scene().published("ami-1").building()).toMatchObject({ do: "nothing" });
  });

  test("with unchanged files is no drift", () => {
    const story = released().harvested(source, "d".repeat(64));
    expect(story.building("first")).toMatchObject({ do: "nothing", reasons: ["ami-of-first is up to date"] });
  });

  test("with other files is drift, and the build receives their place", () => {
    const story = released().harvested(source, "f".repeat(64));
    const action = story.building("first");
    expect(action).toMatchObject({ do: "build", reasons: ["harvest dddddddddddd → ffffffffffff"] });
    if (action.do !== "build") throw new Error("expected a build");
    expect(JSON.parse(action.order.variables.PACKER_VARIABLES ?? "")).toMatchObject({
      harvest_source: source,
      harvest_manifest: "f".repeat(64),
    });
  });

  test("is harvested before the variant's first build", () => {
    const story = scene(alone).eksImage(source, "first");
    expect(story.building("first").do).toBe("harvest");
    expect(story.build(harvest()).building("first")).toMatchObject({ do: "wait" });
    story.world.builds = [];
    expect(story.harvested(source, "f".repeat(64)).building("first")).toMatchObject({ do: "build" });
  });

  test("blocks builds until it is harvested: no build uses an older harvest", () => {
    const story = released().kubernetes("1.35.8", "first");
    story.world.harvests[source] = { state: "unknown", why: "S3 does not answer" };
    expect(story.building("first")).toMatchObject({
      do: "wait",
      reasons: ["kubernetes 1.35.7 → 1.35.8", "the build waits until all inputs are known", "S3 does not answer"],
    });
  });

  test("is no drift while its harvest is unknown", () => {
    const story = released();
    story.world.harvests[source] = { state: "unknown", why: "S3 does not answer" };
    expect(story.building("first")).toMatchObject({
      do: "nothing",
      reasons: ["ami-of-first is up to date", "S3 does not answer"],
    });
  });

  test("that AWS does not publish makes the build wait, with that reason", () => {
    const story = scene(alone);
    story.changeUpstream({ harvestSource: { state: "missing", why: "no such parameter" } }, "first");
    expect(story.building("first")).toMatchObject({
      do: "wait",
      reasons: expect.arrayContaining(["no such parameter"]),
    });
  });

  test("is harvested only after the variant's unproved image is proved", () => {
    const story = released().image("ami-2", {
      variant: "first",
      proof: undefined,
      provedAt: undefined,
      createdAt: Date.parse("2026-11-04T11:00:00Z"),
    });
    expect(story.building("first")).toMatchObject({ do: "prove" });
  });
});

describe("one harvest of an EKS image serves all variants", () => {
  test("the stalest variant starts it, and the others name that variant", () => {
    const story = released(assembled);
    story.change("ami-of-second", { createdAt: 1 });
    expect(story.building("second")).toMatchObject({ do: "harvest" });
    expect(story.building("first")).toMatchObject({
      do: "wait",
      reasons: [
        `nothing has been harvested from ${source} yet`,
        `waits for the harvest of ${source} that second starts`,
      ],
    });
  });

  test("the other variants wait while it runs", () => {
    const story = released(assembled).build(harvest());
    expect(story.building("second")).toMatchObject({
      do: "wait",
      reasons: expect.arrayContaining(["harvest project:build-1 runs for first (BUILD)"]),
    });
  });

  test("two runs that start it for different variants send the same order", () => {
    const [first, second] = [released(assembled), released(assembled)];
    second.change("ami-of-second", { createdAt: 1 });
    const tokens = [first.building("first"), second.building("second")].map((action) =>
      action.do === "harvest" ? action.order.token : action.do,
    );
    expect(tokens[0]).toBe(tokens[1]);
  });

  test("the harvest counts toward maxParallel", () => {
    const story = released({ ...assembled, policies: { maxParallel: 1 } } as typeof assembled).build({
      variant: "second",
    });
    expect(story.building("first")).toMatchObject({
      do: "wait",
      reasons: expect.arrayContaining([expect.stringContaining("maxParallel")]),
    });
  });

  test("its failures count for all variants, by class", () => {
    const story = released(assembled)
      .failed("capacity", harvest())
      .later(hour / 4)
      .failed("capacity", harvest({ variant: "second" }));
    expect(story.building("first")).toMatchObject({ do: "wait", until: story.world.now + hour / 2 });
    expect(story.later(hour / 2).building("first")).toMatchObject({ do: "harvest", order: { attempt: 3 } });
  });

  test("subscribers are notified that it is given up, whichever variant tried it", () => {
    const story = released(assembled)
      .failed("provision", harvest({ startedAt: 1 }))
      .failed("provision", harvest({ startedAt: 2, variant: "second" }))
      .failed("provision", harvest({ startedAt: 3 }));
    expect(story.later(99 * hour).building("second")).toMatchObject({ do: "wait", until: undefined });
    expect(story.notifications("gave-up", "first")).toMatchObject([{ purpose: "harvest" }]);
    expect(story.notifications("failed", "second")).toMatchObject([
      {
        next: `What happens next: nothing has been harvested from ${source} yet; 3 builds of these inputs failed (provision): waiting for a change or a request.`,
      },
    ]);
  });
});

describe("a harvest", () => {
  const given = () =>
    released().failed("provision", harvest()).failed("provision", harvest()).failed("provision", harvest());

  test("is given up after three deterministic failures", () => {
    expect(
      given()
        .later(99 * hour)
        .building("first"),
    ).toMatchObject({ do: "wait", until: undefined });
  });

  test("that was given up starts again for the next EKS image or another recipe", () => {
    expect(given().eksImage("ami-0000000000000ea53", "first").building("first")).toMatchObject({
      do: "harvest",
      order: { attempt: 1 },
    });
    const story = given();
    story.world.recipe = "b".repeat(64);
    expect(story.building("first")).toMatchObject({ do: "harvest", order: { attempt: 1 } });
  });

  test("that was given up starts again on request (rule 9)", () => {
    const story = given().later(hour).request("r1", "first");
    expect(story.building("first")).toMatchObject({ do: "harvest", order: { attempt: 4 } });
  });

  test("that a person stopped waits for a request", () => {
    const story = released()
      .build(harvest({ status: "stopped", endedAt: Date.parse("2026-11-04T12:00:00Z") }))
      .later(hour);
    expect(story.building("first")).toMatchObject({ do: "wait", until: undefined });
    expect(story.request("r1", "first").building("first")).toMatchObject({ do: "harvest" });
  });

  test("without a usable manifest is reported as failed from the third on, and is no recovery", () => {
    const story = released();
    for (let n = 1; n <= 3; n++) {
      story.build(harvest({ status: "succeeded", startedAt: story.world.now, endedAt: story.world.now }));
      expect(story.notifications("failed", "first")).toEqual([]);
      story.later(hour / 2);
      if (n < 3) expect(story.notifications("failed", "first")).toEqual([]);
      if (n < 3) story.later(hour);
    }
    expect(story.notifications("failed", "first")).toMatchObject([
      {
        build: "project:build-3",
        purpose: "harvest",
        failure: { class: "unknown", cause: "project:build-3 left no usable manifest" },
        next: `The next attempt waits until 2026-11-04T16:30:00.000Z: nothing has been harvested from ${source} yet; 3 builds of these inputs failed (unknown), a class that may disappear without a change.`,
      },
    ]);
    expect(story.notifyAll().later(hour).notificationKeys("first")).toEqual([]);

    story.build(harvest({ status: "succeeded", startedAt: story.world.now, endedAt: story.world.now }));
    expect(story.notifications("recovered", "first")).toEqual([]);
    story.harvested(source, "f".repeat(64));
    expect(story.notifications("recovered", "first")).toMatchObject([{ build: "project:build-4", failures: 1 }]);
  });

  test("without a usable manifest waits before the next attempt, although it succeeded", () => {
    const story = released().build(harvest({ status: "succeeded", endedAt: Date.parse("2026-11-04T12:00:00Z") }));
    expect(story.building("first")).toMatchObject({ do: "wait", until: story.world.now + hour / 2 });
    expect(story.later(hour / 2).building("first")).toMatchObject({ do: "wait", until: story.world.now + hour / 4 });
    expect(story.later(hour / 4).building("first")).toMatchObject({ do: "harvest", order: { attempt: 2 } });
  });
});

test("a request repeats no existing harvest, and its build does not wait for minInterval after a harvest", () => {
  const story = scene(alone).published("ami-1", {}, "first").request("r1", "first");
  expect(story.building("first")).toMatchObject({ do: "build", reasons: ["request none → r1"] });

  const calm = released()
    .build(harvest({ status: "succeeded", endedAt: Date.parse("2026-11-04T12:00:00Z") }))
    .harvested(source, "f".repeat(64));
  expect(calm.building("first")).toMatchObject({ do: "build" });
});

test("a harvest waits with a reason if no instance can start from its image", () => {
  const story = released();
  story.changeUpstream({ harvestImage: { state: "missing", why: "EC2 does not know it" } }, "first");
  expect(story.building("first")).toMatchObject({
    do: "wait",
    reasons: expect.arrayContaining(["EC2 does not know it"]),
  });
});
