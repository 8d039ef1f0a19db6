import { describe, expect, test } from "vitest";
import { imageName } from "../../../../functions/domain/packer-variables.ts";
import { type Action, plan } from "../../../../functions/domain/plan.ts";
import { retirementCandidates } from "../../../../functions/domain/publishing/retention.ts";
import { core, day, full, hour, minute, type Scene, scene, two } from "../../../scene.ts";

const why = (scope = core) =>
  `${scope} is paused since 2026-11-04T12:00:00.000Z by arn:aws:iam::123456789012:user/ann: nodes crash`;

function done(story: Scene): Action["do"][] {
  return plan(story.world)
    .map(({ do: what }) => what)
    .filter((what) => what !== "wait" && what !== "nothing" && what !== "announce");
}

/** Three newer images are publishable, so retention disables `ami-1`, which nothing uses. */
function retiring(): Scene {
  const old = { createdAt: Date.parse("2026-10-01T12:00:00Z"), provedAt: Date.parse("2026-10-01T13:00:00Z") };
  const story = scene().image("ami-1", old);
  for (const id of ["ami-2", "ami-3"]) story.image(id, { ...old, createdAt: old.createdAt + day });
  story.published("ami-5");
  story.world.references["ami-1"] = { state: "unused" };
  return story;
}

/** A killed build left an image without inputs, which nothing uses, two days ago. */
function unfinished(): Scene {
  const story = scene().published("ami-1");
  const then = story.world.now - 2 * day;
  const token = "f".repeat(64);
  story.build({ token, status: "failed", startedAt: then - hour, endedAt: then });
  const name = imageName(story.world.stage, core, token);
  story.image("ami-9", { name, token, createdAt: then, proof: undefined, provedAt: undefined });
  story.change("ami-9", { inputs: {}, origin: undefined, made: false });
  story.world.references["ami-9"] = { state: "unused" };
  return story;
}

describe("rule 15: while a variant is paused", () => {
  test.each<[string, () => Scene, Action["do"]]>([
    ["no build starts", () => scene().published("ami-1").kubernetes("1.35.8"), "build"],
    ["no first build starts", () => scene(), "build"],
    ["no proof starts", () => scene().image("ami-1", { proof: undefined }), "prove"],
    [
      "no harvest starts",
      () =>
        scene({ variants: [{ name: core, windows: 2022, kubernetes: "1.35", base: "ContainersLatest" }] }).eksImage(
          "ami-0000000000000ea52",
        ),
      "harvest",
    ],
    ["no channel takes a newer image", () => scene().published("ami-1").image("ami-2"), "publish"],
    ["no channel takes a first image", () => scene().image("ami-1"), "publish"],
    ["no image is retired", retiring, "disable"],
    ["no unfinished image is deregistered", unfinished, "deregister"],
    ["nothing is swept", () => scene().published("ami-1").left(), "sweep"],
  ])("%s", (_, story, what) => {
    expect(done(story())).toContain(what);
    expect(done(story().pause())).not.toContain(what);
    expect(done(story().pause("*"))).not.toContain(what);
  });

  test("a build that is wanted waits, with what it is wanted for and who paused it", () => {
    expect(scene().published("ami-1").kubernetes("1.35.8").pause().building()).toMatchObject({
      do: "wait",
      until: undefined,
      reasons: ["kubernetes 1.35.7 → 1.35.8", why()],
    });
  });

  test("a channel that could move waits, with the same reason", () => {
    const story = scene().published("ami-1").image("ami-2").pause();

    expect(story.waiting("candidate")).toMatchObject({ reasons: ["ami-2 is newer than ami-1", why()] });
  });

  test("the end of a soak is no time at which the channel moves", () => {
    const story = scene().published("ami-1").image("ami-2").pause();

    expect(story.waiting("stable")).toMatchObject({ until: undefined, reasons: ["ami-2 soaks", why()] });
  });

  test("a running build goes on, and the plan says so", () => {
    const story = scene().published("ami-1").kubernetes("1.35.8").build({ id: "project:7" }).pause();

    expect(story.building()).toMatchObject({ do: "wait", reasons: ["build project:7 runs (BUILD)"] });
  });

  test("retention does not even ask what uses its images", () => {
    expect(retirementCandidates(retiring().world)).toEqual(["ami-1"]);
    expect(retirementCandidates(retiring().pause().world)).toEqual([]);
  });

  test.each<[string, (story: Scene) => Scene]>([
    ["revoked", (story) => story.revoke("ami-2")],
    ["disabled", (story) => story.change("ami-2", { state: "disabled" })],
    ["gone", (story) => story.deregister("ami-2")],
  ])("a channel leaves an image that is %s all the same", (_, spoil) => {
    const story = spoil(scene().published("ami-1").image("ami-2").holds("ami-2").later(day)).pause();

    expect(story.publications()).toEqual({ candidate: "ami-1", stable: "ami-1" });
  });

  test("a revoked image is withdrawn all the same", () => {
    const story = scene().published("ami-1").image("ami-2").revoke("ami-2").pause();

    expect(done(story)).toEqual(["deprecate"]);
  });

  test("subscribers hear of everything else all the same", () => {
    const story = scene().published("ami-1").notified([]).pause();

    expect(story.notifications("published")).toHaveLength(2);
  });

  test("a tag that names a variant like a property of every object pauses nothing and stops no plan", () => {
    const variant = "constructor";
    const story = scene({ retiredVariants: [variant] })
      .published("ami-1")
      .left({ variant });
    story.image("ami-9", { createdAt: story.world.now - 60 * day }).change("ami-9", { variant });
    story.world.references["ami-9"] = { state: "unused" };

    expect(done(story)).toEqual(["disable", "sweep"]);
  });

  test("another variant goes on", () => {
    expect(scene(two).pause(core).building(full)).toMatchObject({ do: "build" });
  });

  test("another variant makes the harvest that both need", () => {
    const assembled = (edition: "Core" | "Full") =>
      ({ windows: 2022, edition, kubernetes: "1.35", base: "Base" }) as const;
    const story = scene({
      variants: [
        { name: core, ...assembled("Core") },
        { name: full, ...assembled("Full") },
      ],
    })
      .eksImage("ami-0000000000000ea52", core)
      .eksImage("ami-0000000000000ea52", full)
      .pause(core);

    expect(story.building(full)).toMatchObject({ do: "harvest" });
  });

  test("a request is kept, and its build starts once the variant is resumed", () => {
    const story = scene().published("ami-1").pause().request("again").later(hour);

    expect(story.building()).toMatchObject({ do: "wait", reasons: ["request none → again", why()] });
    expect(story.resume().building()).toMatchObject({ do: "build" });
  });
});

describe("rule 15: the pause of a removed variant", () => {
  test("stays and keeps its images, although retiredVariants names it", () => {
    const retired = () => {
      const story = retiring();
      story.world.configuration.variants = [];
      story.world.configuration.retiredVariants = [core];
      return story;
    };

    expect(done(retired())).toContain("disable");
    expect(done(retired().pause())).not.toContain("disable");
  });
});

describe("rule 15: subscribers", () => {
  const keysOf = ({ world }: Scene) =>
    plan(world).flatMap((one) => (one.do === "announce" ? [one.notification.key] : []));
  const at = Date.parse("2026-11-04T12:00:00Z");

  test.each([core, "*", "windows-2019-removed"])(
    "hear once that %s is paused, and once that it is resumed",
    (scope) => {
      const story = scene().published("ami-1").pause(scope);

      expect(keysOf(story)).toEqual([`paused/${scope}/${at}`]);
      expect(keysOf(story.notifyAll().later(day))).toEqual([]);
      expect(keysOf(story.resume(scope))).toEqual([`resumed/${scope}/${at}`]);
      expect(keysOf(story.notifyAll().later(day))).toEqual([]);
    },
  );

  test("hear of no end while a later pause of the same has begun, and then of one end", () => {
    const story = scene().published("ami-1").pause().notifyAll().later(minute).resume().pause();

    expect(keysOf(story)).toEqual([`paused/${core}/${at + minute}`]);
    expect(keysOf(story.notifyAll().later(day))).toEqual([]);
    expect(keysOf(story.resume())).toEqual([`resumed/${core}/${at + minute}`]);
  });

  test("hear of a second pause", () => {
    const story = scene().published("ami-1").pause().notifyAll().resume().notifyAll().later(minute).pause();

    expect(keysOf(story)).toEqual([`paused/${core}/${at + minute}`]);
  });

  test("hear nothing of a pause that was over before anybody was told", () => {
    expect(keysOf(scene().published("ami-1").pause().resume())).toEqual([]);
  });
});
