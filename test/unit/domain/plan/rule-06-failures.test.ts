import { describe, expect, test } from "vitest";
import type { FailureClass } from "../../../../functions/domain/failures.ts";
import { core, day, hour, scene } from "../../../scene.ts";

describe("rule 6: failed inputs wait before the next attempt, by failure class", () => {
  test("a deterministic failure waits 15 minutes, then an hour, then for a change", () => {
    const story = scene().published("ami-1").kubernetes("1.35.8").failed("sysprep");
    expect(story.building()).toMatchObject({ do: "wait", until: story.world.now + 15 * 60_000 });
    expect(story.later(15 * 60_000).building()).toMatchObject({ do: "build", order: { attempt: 2 } });
    story.failed("sysprep");
    expect(story.building()).toMatchObject({ do: "wait", until: story.world.now + hour });
    expect(story.later(hour).building()).toMatchObject({ do: "build", order: { attempt: 3 } });
    story.failed("sysprep").later(4 * day);
    expect(story.building()).toMatchObject({ do: "wait", until: undefined });
    expect(story.notificationKeys()).toContainEqual(expect.stringMatching(`^gave-up/${core}/`));
  });

  test("a changed input starts anew at once", () => {
    const story = scene().published("ami-1").kubernetes("1.35.8").failed("test").failed("test").failed("test");
    expect(story.kubernetes("1.35.9").building()).toMatchObject({ do: "build", order: { attempt: 1 } });
  });

  test("a transient failure waits 15 minutes, doubling up to six hours, a day from the eighth on, without end", () => {
    const story = scene().published("ami-1").kubernetes("1.35.8");
    const waits: number[] = [];
    for (let failures = 0; failures < 10; failures++) {
      story.failed("capacity");
      const action = story.building();
      if (action.do !== "wait" || action.until === undefined) throw new Error("expected a wait with an end");
      waits.push((action.until - story.world.now) / 60_000);
      story.later(action.until - story.world.now);
      expect(story.building()).toMatchObject({ do: "build" });
    }
    expect(waits).toEqual([15, 30, 60, 120, 240, 360, 360, 1440, 1440, 1440]);
  });

  test("deterministic and transient failures are counted separately", () => {
    const story = scene()
      .published("ami-1")
      .kubernetes("1.35.8")
      .failed("capacity")
      .failed("capacity")
      .failed("sysprep");
    expect(story.building()).toMatchObject({ do: "wait", until: story.world.now + 15 * 60_000 });
  });

  test("only failures since the last success count", () => {
    const story = scene().published("ami-1").kubernetes("1.35.8").failed("test").failed("test").later(hour);
    story
      .build({ status: "succeeded", endedAt: story.world.now, image: "ami-2" })
      .image("ami-2", { state: "disabled" })
      .later(day)
      .failed("test");
    expect(story.building()).toMatchObject({ do: "wait", until: story.world.now + 15 * 60_000 });
  });

  test("a stop blocks nothing that came after it", () => {
    const story = scene()
      .published("ami-1")
      .kubernetes("1.35.8")
      .build({ status: "stopped", endedAt: Date.parse("2026-11-04T11:00:00Z") });
    story.request("r1").later(hour).failed("capacity").later(hour);
    expect(story.building()).toMatchObject({ do: "build" });
  });

  test("a build that a person stopped is not notified as a failure", () => {
    expect(
      scene()
        .build({ status: "stopped", endedAt: Date.parse("2026-11-04T12:00:00Z") })
        .notificationKeys(),
    ).toEqual([]);
  });

  test("a build that a person stopped waits for a change or a request", () => {
    const story = scene()
      .published("ami-1")
      .kubernetes("1.35.8")
      .build({ status: "stopped", endedAt: Date.parse("2026-11-04T12:00:00Z") });
    expect(story.later(5 * day).building()).toMatchObject({ do: "wait", until: undefined });
    expect(story.request("r1").building()).toMatchObject({ do: "build" });
  });

  test("a proof that fails later does not undo that the service gave up", () => {
    const story = scene().published("ami-1").kubernetes("1.35.8");
    for (let count = 0; count < 3; count++) story.failed("sysprep").later(6 * hour);
    story.failed("connection", { purpose: "prove", image: "ami-2" }).later(5 * day);
    expect(story.building()).toMatchObject({
      do: "wait",
      until: undefined,
      reasons: expect.arrayContaining(["3 builds of these inputs failed (sysprep): waiting for a change or a request"]),
    });
    expect(story.request("r1").building()).toMatchObject({ do: "build" });
  });

  test("a proof that fails later does not undo that a person stopped the build", () => {
    const story = scene()
      .published("ami-1")
      .kubernetes("1.35.8")
      .build({ status: "stopped", endedAt: Date.parse("2026-11-04T11:00:00Z") })
      .failed("connection", { purpose: "prove", image: "ami-2" });
    expect(story.later(5 * day).building()).toMatchObject({
      do: "wait",
      until: undefined,
      reasons: expect.arrayContaining(["a person stopped a build of these inputs: waiting for a change or a request"]),
    });
    expect(story.request("r1").building()).toMatchObject({ do: "build" });
  });

  const afterFailures = (failureClass: FailureClass, failures: number) => {
    const story = scene().published("ami-1").kubernetes("1.35.8");
    for (let count = 0; count < failures; count++) story.failed(failureClass).later(6 * hour);
    return story.later(day).building();
  };

  test.each(["checksum", "template", "provision", "test", "sysprep", "proof"] as const)(
    "%s is deterministic: the third failure is the last",
    (failureClass) => {
      expect(afterFailures(failureClass, 2)).toMatchObject({ do: "build", order: { attempt: 3 } });
      expect(afterFailures(failureClass, 3)).toMatchObject({ do: "wait", until: undefined });
    },
  );

  test("refused needs a person: the second failure is the last, and a request starts anew", () => {
    const story = scene().published("ami-1").kubernetes("1.35.8").failed("refused");
    expect(story.building()).toMatchObject({ do: "wait", until: story.world.now + 15 * 60_000 });
    expect(story.later(15 * 60_000).building()).toMatchObject({ do: "build", order: { attempt: 2 } });
    story.failed("refused").later(4 * day);
    expect(story.building()).toMatchObject({ do: "wait", until: undefined });
    expect(story.notificationKeys()).toContainEqual(expect.stringMatching(`^gave-up/${core}/`));
    expect(story.request("r1").building()).toMatchObject({ do: "build", order: { attempt: 1 } });
  });

  test.each([
    ...(["capacity", "throttling", "download", "updates", "recipe"] as const),
    ...(["connection", "unproved", "timed-out", "fault", "unknown"] as const),
  ])("%s is transient: another attempt always follows", (failureClass) => {
    expect(afterFailures(failureClass, 9)).toMatchObject({ do: "build", order: { attempt: 10 } });
  });

  test.each([
    ["the first deterministic failure is notified", "checksum", 1, 1],
    ["the first refusal is notified", "refused", 1, 1],
    ["the second transient failure is not notified", "throttling", 2, 0],
    ["the third transient failure is notified", "throttling", 3, 1],
  ] as const)("%s", (_, failureClass, failures, notified) => {
    const story = scene().published("ami-1").kubernetes("1.35.8");
    for (let count = 0; count < failures; count++) story.later(hour).failed(failureClass);
    expect(story.notificationKeys().filter((key) => key.startsWith("failed/"))).toHaveLength(notified);
  });
});
