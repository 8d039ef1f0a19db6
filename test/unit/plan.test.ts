import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { drift, type RecordedInputs } from "../../functions/inputs.ts";
import { plan } from "../../functions/plan.ts";
import type { Upstream } from "../../functions/upstream.ts";
import { core, day, hour, scene } from "../scene.ts";

const full = "windows-2022-full-1.35";
const two = {
  variants: [
    { windows: 2022 as const, kubernetes: "1.35" },
    { windows: 2022 as const, edition: "Full" as const, kubernetes: "1.35" },
  ],
};

describe("what starts a build (rule 4)", () => {
  test("a variant without an image gets its first one", () => {
    expect(scene().building()).toMatchObject({ do: "build", reasons: ["first image of the variant"] });
  });

  test("nothing happens while nothing has changed", () => {
    const story = scene().published("ami-1");
    expect(story.building()).toMatchObject({ do: "nothing", reasons: ["ami-1 is up to date"] });
    expect(story.actions()).toHaveLength(1);
  });

  test.each([
    [
      "a new EKS-optimized AMI",
      scene().published("ami-1").baseAmi("ami-00000000000000002"),
      "baseAmi ami-00000000000000001 → ami-00000000000000002",
    ],
    ["a new Kubernetes patch", scene().published("ami-1").kubernetes("1.35.8"), "kubernetes 1.35.7 → 1.35.8"],
    ["Patch Tuesday", scene().published("ami-1").at("2026-11-10T19:00:00Z"), "patchTuesday 2026-10-13 → 2026-11-10"],
    ["a request", scene().published("ami-1").request("r1"), "request none → r1"],
    ["a changed recipe", scene().published("ami-1", { recipe: "b".repeat(64) }), "recipe bbbbbbbbbbbb → aaaaaaaaaaaa"],
  ])("%s does, with that reason", (_, story, reason) => {
    expect(story.building()).toMatchObject({ do: "build", reasons: [reason] });
  });

  test.each(["ContainersLatest", "Base"] as const)("a new %s AMI does, with that reason", (base) => {
    const story = scene({ variants: [{ windows: 2022, kubernetes: "1.35", base }] })
      .published("ami-1")
      .baseAmi("ami-00000000000000002");
    expect(story.building()).toMatchObject({
      do: "build",
      reasons: ["baseAmi ami-00000000000000001 → ami-00000000000000002"],
    });
  });

  test("several changes at once are one build with all reasons", () => {
    const story = scene().published("ami-1").kubernetes("1.35.8").at("2026-11-10T19:00:00Z");
    expect(story.building()).toMatchObject({
      do: "build",
      reasons: ["kubernetes 1.35.7 → 1.35.8", "patchTuesday 2026-10-13 → 2026-11-10"],
    });
  });

  test("an image that lacks a record counts for nothing", () => {
    expect(scene().image("ami-1", {}, { settings: undefined }).building()).toMatchObject({
      do: "build",
      reasons: ["no image of the variant can be published"],
    });
  });

  test("an image whose tags are not complete is not the one to compare with", () => {
    const story = scene()
      .published("ami-1")
      .image("ami-2", { createdAt: Date.parse("2026-11-04T11:00:00Z") }, { settings: undefined });
    expect(story.building()).toMatchObject({ do: "nothing", reasons: ["ami-1 is up to date"] });
  });
});

describe("upstream that does not answer (principle 7)", () => {
  test("is not drift", () => {
    const action = scene().published("ami-1").silentAbout("kubernetes").building();
    expect(action).toMatchObject({ do: "nothing", reasons: ["ami-1 is up to date", "kubernetes does not answer"] });
  });

  test("does not hide other drift, whose build keeps what is recorded", () => {
    const action = scene()
      .published("ami-1", { kubernetes: "1.35.6" })
      .silentAbout("kubernetes")
      .baseAmi("ami-00000000000000002")
      .building();
    expect(action).toMatchObject({
      do: "build",
      order: { inputs: { kubernetes: "1.35.6", baseAmi: "ami-00000000000000002" } },
    });
  });

  test("a minor that upstream does not know is told", () => {
    const story = scene();
    story.world.upstream[core] = {
      ...(story.world.upstream[core] as Upstream),
      kubernetes: { state: "missing", why: "404" },
    };
    expect(story.building()).toMatchObject({ do: "wait" });
    expect(story.announcements()).toEqual([`kubernetes-missing/${core}/1.35`]);
  });

  test("makes a first build wait", () => {
    expect(scene().silentAbout("kubernetes").building()).toMatchObject({
      do: "wait",
      reasons: expect.arrayContaining(["kubernetes does not answer"]),
    });
  });

  test("a base parameter that does not exist is told at once and starts nothing", () => {
    const story = scene().baseMissing();
    expect(story.building()).toMatchObject({ do: "wait" });
    expect(story.announcements()).toEqual([`base-missing/${core}/aws/service/ami-windows-latest/${core}`]);
  });
});

describe("inputs of different times are not mixed", () => {
  test("a variant whose entry has changed waits for what is unknown, instead of taking it from its old image", () => {
    const story = scene()
      .published("ami-1", { settings: "b".repeat(64), kubernetes: "1.34.9" })
      .silentAbout("kubernetes");
    expect(story.building()).toMatchObject({
      do: "wait",
      reasons: expect.arrayContaining(["kubernetes does not answer"]),
    });
  });

  test("nothing is built on a base that does not exist, whatever else has changed", () => {
    const story = scene().published("ami-1").kubernetes("1.35.8").baseMissing();
    expect(story.building()).toMatchObject({
      do: "wait",
      reasons: ["there is nothing to build on", "no such parameter"],
    });
  });
});

describe("one build at a time (rules 4 and 5)", () => {
  test("a running build is left to finish, even if its inputs have become old", () => {
    const story = scene().published("ami-1").kubernetes("1.35.8").build().kubernetes("1.35.9");
    expect(story.building()).toMatchObject({ do: "wait", reasons: ["build project:build-1 runs (BUILD)"] });
  });

  test("a request does not lift that", () => {
    expect(scene().build().request("r1").building()).toMatchObject({ do: "wait" });
  });

  test("what it could not know is decided when it is over", () => {
    const story = scene()
      .published("ami-1", { kubernetes: "1.35.6" })
      .image("ami-2")
      .later(2 * day)
      .kubernetes("1.35.8");
    expect(story.building()).toMatchObject({ do: "build", reasons: ["kubernetes 1.35.7 → 1.35.8"] });
  });

  test("a build that succeeded counts as running until its image is visible, for 30 minutes", () => {
    const story = scene()
      .published("ami-1", { kubernetes: "1.35.6" })
      .build({ status: "succeeded", endedAt: Date.parse("2026-11-04T12:00:00Z"), image: "ami-2" });
    expect(story.building()).toMatchObject({ do: "wait", until: Date.parse("2026-11-04T12:30:00Z") });
    expect(story.later(31 * 60_000).building()).toMatchObject({
      do: "wait",
      reasons: expect.arrayContaining(["builds of a variant keep their distance (minInterval)"]),
    });
    expect(story.later(day).building()).toMatchObject({ do: "build", order: { attempt: 2 } });
  });

  test("until its image shows the proof, too", () => {
    const story = scene()
      .image("ami-2", { proof: undefined, provedAt: undefined })
      .build({ status: "succeeded", endedAt: Date.parse("2026-11-04T12:00:00Z"), image: "ami-2" });
    expect(story.building()).toMatchObject({ do: "wait" });
  });
});

test("a failed build whose image shows neither itself nor its proof yet has not settled", () => {
  const noon = Date.parse("2026-11-04T12:00:00Z");
  const invisible = scene().failed("unproved", { image: "ami-2", endedAt: noon });
  expect(invisible.building()).toMatchObject({ do: "wait", until: noon + hour / 2 });
  const untagged = scene().image("ami-2", { proof: undefined }).failed("proof", { image: "ami-2", endedAt: noon });
  expect(untagged.building()).toMatchObject({ do: "wait", until: noon + hour / 2 });
});

test("other variants' builds are nobody else's", () => {
  const story = scene(two)
    .published("ami-1")
    .kubernetes("1.35.8")
    .failed("test", { variant: full })
    .build({ variant: full });
  expect(story.building(core)).toMatchObject({ do: "build", order: { attempt: 1 } });
});

describe("after failures (rule 6)", () => {
  test("a deterministic failure waits 15 minutes, then an hour, then gives up", () => {
    const story = scene().published("ami-1").kubernetes("1.35.8").failed("sysprep");
    expect(story.building()).toMatchObject({ do: "wait", until: story.world.now + 15 * 60_000 });
    expect(story.later(15 * 60_000).building()).toMatchObject({ do: "build", order: { attempt: 2 } });
    story.failed("sysprep");
    expect(story.building()).toMatchObject({ do: "wait", until: story.world.now + hour });
    expect(story.later(hour).building()).toMatchObject({ do: "build", order: { attempt: 3 } });
    story.failed("sysprep").later(4 * day);
    expect(story.building()).toMatchObject({ do: "wait", until: undefined });
    expect(story.announcements()).toContainEqual(expect.stringMatching(`^gave-up/${core}/`));
  });

  test("a changed input starts anew at once", () => {
    const story = scene().published("ami-1").kubernetes("1.35.8").failed("test").failed("test").failed("test");
    expect(story.kubernetes("1.35.9").building()).toMatchObject({ do: "build", order: { attempt: 1 } });
  });

  test("a request lifts it (rule 9)", () => {
    const story = scene().published("ami-1").kubernetes("1.35.8").failed("proof").failed("proof").failed("proof");
    expect(story.request("r1").building()).toMatchObject({
      do: "build",
      reasons: ["kubernetes 1.35.7 → 1.35.8", "request none → r1"],
    });
  });

  test("a transient failure waits 15 minutes doubling to six hours and never stops", () => {
    const story = scene().published("ami-1").kubernetes("1.35.8");
    const waits: number[] = [];
    for (let failures = 0; failures < 8; failures++) {
      story.failed("capacity");
      const action = story.building();
      if (action.do !== "wait" || action.until === undefined) throw new Error("expected a wait with an end");
      waits.push((action.until - story.world.now) / 60_000);
      story.later(action.until - story.world.now);
      expect(story.building()).toMatchObject({ do: "build" });
    }
    expect(waits).toEqual([15, 30, 60, 120, 240, 360, 360, 360]);
  });

  test("the two kinds are counted apart", () => {
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
    story.build({ status: "succeeded", endedAt: story.world.now }).later(day).failed("test");
    expect(story.building()).toMatchObject({ do: "wait", until: story.world.now + 15 * 60_000 });
  });

  test("a stop long ago blocks nothing that came after it", () => {
    const story = scene()
      .published("ami-1")
      .kubernetes("1.35.8")
      .build({ status: "stopped", endedAt: Date.parse("2026-11-04T11:00:00Z") });
    story.request("r1").later(hour).failed("capacity").later(hour);
    expect(story.building()).toMatchObject({ do: "build" });
  });

  test("a build that a person stopped is not told as a failure", () => {
    expect(
      scene()
        .build({ status: "stopped", endedAt: Date.parse("2026-11-04T12:00:00Z") })
        .announcements(),
    ).toEqual([]);
  });

  test("a build stopped by a person waits for a change or a request", () => {
    const story = scene()
      .published("ami-1")
      .kubernetes("1.35.8")
      .build({ status: "stopped", endedAt: Date.parse("2026-11-04T12:00:00Z") });
    expect(story.later(5 * day).building()).toMatchObject({ do: "wait", until: undefined });
    expect(story.request("r1").building()).toMatchObject({ do: "build" });
  });

  test.each([
    ["deterministic: the first is told", "checksum", 1, 1],
    ["transient: two are nobody's business", "throttling", 2, 0],
    ["transient: the third is told", "throttling", 3, 1],
  ] as const)("%s", (_, failureClass, failures, told) => {
    const story = scene().published("ami-1").kubernetes("1.35.8");
    for (let count = 0; count < failures; count++) story.later(hour).failed(failureClass);
    expect(story.announcements().filter((key) => key.startsWith("failed/"))).toHaveLength(told);
  });
});

test("the inputs of a revoked image are not built again until one changes (rule 7)", () => {
  const story = scene()
    .published("ami-1", { kubernetes: "1.35.6" })
    .image("ami-2", { revoked: { reason: "breaks networking", by: undefined, at: undefined } });
  expect(story.building()).toMatchObject({
    do: "wait",
    reasons: expect.arrayContaining(["ami-2 of these very inputs is revoked: breaks networking"]),
  });
  expect(story.request("r1").building()).toMatchObject({ do: "build" });
});

describe("distance between builds (rule 8)", () => {
  const justBuilt = () =>
    scene()
      .image("ami-1")
      .holds("ami-1")
      .build({
        status: "succeeded",
        startedAt: Date.parse("2026-11-04T10:00:00Z"),
        endedAt: Date.parse("2026-11-04T11:00:00Z"),
        image: "ami-1",
      });

  test("a new change waits for minInterval after the last start", () => {
    const story = justBuilt().kubernetes("1.35.8");
    expect(story.building()).toMatchObject({ do: "wait", until: Date.parse("2026-11-05T06:00:00Z") });
    expect(story.at("2026-11-05T06:00:00Z").building()).toMatchObject({ do: "build" });
  });

  test("a request does not wait where no image can be published either (rule 9)", () => {
    const story = scene()
      .build({ status: "stopped", endedAt: Date.parse("2026-11-04T12:00:00Z") })
      .request("r1")
      .later(hour);
    expect(story.building()).toMatchObject({
      do: "build",
      reasons: ["first image of the variant", "request none → r1"],
    });
  });

  test("a request that has had its build does wait", () => {
    const story = justBuilt()
      .request("r1")
      .build({
        status: "succeeded",
        startedAt: Date.parse("2026-11-04T11:30:00Z"),
        endedAt: Date.parse("2026-11-04T11:30:00Z"),
      });
    expect(story.kubernetes("1.35.8").later(hour).building()).toMatchObject({ do: "wait" });
  });

  test("a request does not wait (rule 9)", () => {
    expect(justBuilt().request("r1").building()).toMatchObject({ do: "build" });
  });

  test("a failure does not count", () => {
    const story = justBuilt()
      .kubernetes("1.35.8")
      .failed("capacity")
      .later(15 * 60_000);
    expect(story.building()).toMatchObject({ do: "build", order: { attempt: 2 } });
  });
});

describe("how many at once (rule 10)", () => {
  test("the stalest variant goes first, the other waits for its turn", () => {
    const story = scene({ ...two, policies: { maxParallel: 1 } })
      .published("ami-1")
      .later(day)
      .published("ami-2", {}, full)
      .at("2026-11-10T19:00:00Z");
    expect(story.building(core)).toMatchObject({ do: "build" });
    expect(story.building(full)).toMatchObject({
      do: "wait",
      reasons: expect.arrayContaining([expect.stringContaining("waits for its turn")]),
    });
  });

  test("a variant without any image is the stalest", () => {
    const story = scene({ ...two, policies: { maxParallel: 1 } })
      .published("ami-1")
      .kubernetes("1.35.8");
    expect(story.building(full)).toMatchObject({ do: "build" });
    expect(story.building(core)).toMatchObject({ do: "wait" });
  });

  test("what runs counts", () => {
    const story = scene({ ...two, policies: { maxParallel: 1 } }).build();
    expect(story.building(full)).toMatchObject({ do: "wait" });
  });

  test("with room both start", () => {
    const story = scene(two);
    expect([story.building(core).do, story.building(full).do]).toEqual(["build", "build"]);
  });
});

describe("images without proof (rule 11)", () => {
  const unproved = () => scene().image("ami-2", { proof: undefined, provedAt: undefined });

  test("are proved once their build is over", () => {
    expect(unproved().failed("unproved", { image: "ami-2" }).building()).toMatchObject({
      do: "prove",
      order: { purpose: "prove", variables: { IMAGE_ID: "ami-2" } },
    });
  });

  test("not while the build runs", () => {
    expect(unproved().build({ image: undefined }).building()).toMatchObject({ do: "wait" });
  });

  test("after one attempt in vain there is another a quarter of an hour later, after two a person is told and a build is planned again", () => {
    const story = unproved().failed("capacity", { purpose: "prove", image: "ami-2" });
    expect(story.building()).toMatchObject({ do: "wait", until: story.world.now + 15 * 60_000 });
    expect(story.later(15 * 60_000).building()).toMatchObject({ do: "prove", order: { attempt: 2 } });
    story.failed("capacity", { purpose: "prove", image: "ami-2", attempt: 2 });
    expect(story.announcements()).toContain("unproved/ami-2");
    expect(story.building()).toMatchObject({ do: "wait", until: story.world.now + hour / 2 });
    expect(story.later(hour).building()).toMatchObject({ do: "build" });
  });

  test.each([
    ["revoked", { revoked: { reason: "bad", by: undefined, at: undefined } }],
    ["disabled", { state: "disabled" }],
    ["pending", { state: "pending" }],
  ])("are left alone when they are %s", (_, changes) => {
    expect(
      scene()
        .image("ami-2", { proof: undefined, ...changes })
        .building().do,
    ).not.toBe("prove");
  });

  test("are left alone when a person stopped their build or their proof", () => {
    const stopped = { status: "stopped" as const, endedAt: Date.parse("2026-11-04T12:00:00Z"), image: "ami-2" };
    expect(unproved().build(stopped).later(day).building().do).toBe("wait");
    expect(
      unproved()
        .build({ ...stopped, purpose: "prove" })
        .later(day)
        .building().do,
    ).toBe("wait");
  });

  test("have attempts of their own", () => {
    const story = unproved()
      .failed("capacity", { purpose: "prove", image: "ami-1" })
      .failed("capacity", { purpose: "prove", image: "ami-1" });
    expect(story.building()).toMatchObject({
      do: "wait",
      reasons: expect.arrayContaining([expect.stringContaining("ami-1")]),
    });
    expect(story.later(hour).building()).toMatchObject({
      do: "prove",
      order: { attempt: 1, variables: { IMAGE_ID: "ami-2" } },
    });
  });

  test("are proved by the recipe that is deployed now", () => {
    const story = scene().image("ami-2", { proof: undefined }, { recipe: "b".repeat(64) });
    expect(story.building()).toMatchObject({ do: "prove", order: { variables: { RECIPE: "a".repeat(64) } } });
  });

  test("an image that failed its proof is not proved again", () => {
    const story = scene()
      .published("ami-1", { kubernetes: "1.35.6" })
      .image("ami-2", { proof: "failed" })
      .failed("proof", { image: "ami-2" });
    expect(story.building()).toMatchObject({ do: "wait", until: story.world.now + 15 * 60_000 });
  });
});

describe("which image a channel holds (rules 1 to 3)", () => {
  test("the first image of a variant does not soak", () => {
    expect(scene().image("ami-1").publications()).toEqual({ candidate: "ami-1", stable: "ami-1" });
  });

  test("candidate takes a newer image at once, stable when it has soaked", () => {
    const story = scene().published("ami-1").image("ami-2");
    expect(story.publications()).toEqual({ candidate: "ami-2" });
    expect(story.actions()).toContainEqual(
      expect.objectContaining({
        do: "wait",
        for: "stable",
        until: Date.parse("2026-11-05T11:00:00Z"),
        reasons: ["ami-2 soaks"],
      }),
    );
    expect(story.at("2026-11-05T11:00:00Z").publications()).toMatchObject({ stable: "ami-2" });
  });

  test("a newer candidate restarts nobody's clock", () => {
    const story = scene()
      .published("ami-1")
      .image("ami-2")
      .later(23 * hour)
      .image("ami-3");
    expect(story.publications()).toMatchObject({ candidate: "ami-3", stable: "ami-2" });
  });

  test.each([
    ["not proved", { proof: undefined }],
    ["of a failed proof", { proof: "failed" as const }],
    ["pending", { state: "pending" }],
    ["disabled", { state: "disabled" }],
    ["revoked", { revoked: { reason: "bad", by: undefined, at: undefined } }],
    ["without the time of its proof", { provedAt: undefined }],
  ])("an image that is %s is never written", (_, changes) => {
    expect(scene().image("ami-1", changes).publications()).toEqual({});
  });

  test("an image whose tags are incomplete is never written", () => {
    expect(scene().image("ami-1", {}, { recipe: undefined }).publications()).toEqual({});
  });

  test("a channel does not go back to an older image", () => {
    const story = scene().image("ami-2").image("ami-1", { createdAt: 1 });
    story.holds("ami-2");
    story.world.images = story.world.images.filter(({ id }) => id === "ami-1");
    expect(story.publications()).toEqual({});
  });

  test.each([
    [
      "revoked",
      (story: ReturnType<typeof scene>) =>
        Object.assign(story.world.images[1] ?? {}, { revoked: { reason: "bad", by: undefined, at: undefined } }),
    ],
    [
      "disabled",
      (story: ReturnType<typeof scene>) => Object.assign(story.world.images[1] ?? {}, { state: "disabled" }),
    ],
    ["gone", (story: ReturnType<typeof scene>) => story.world.images.splice(1, 1)],
  ])("unless what it holds is %s", (_, spoil) => {
    const story = scene().image("ami-1", { createdAt: 1, provedAt: 1 }).image("ami-2");
    spoil(story);
    expect(story.holds("ami-2").publications()).toEqual({ candidate: "ami-1", stable: "ami-1" });
  });

  test("soak counts from the proof, not from the image", () => {
    const story = scene()
      .published("ami-1")
      .image("ami-2", { createdAt: Date.parse("2026-11-03T00:00:00Z"), provedAt: Date.parse("2026-11-04T11:00:00Z") });
    expect(story.publications()).toEqual({ candidate: "ami-2" });
  });

  test("an image as old as the one that a channel holds does not replace it", () => {
    const story = scene().published("ami-1");
    story.image("ami-2", { createdAt: story.world.images[0]?.createdAt ?? 0 });
    expect(story.publications()).toEqual({});
  });

  test.each([
    ["revoked", { revoked: { reason: "bad", by: undefined, at: undefined } }],
    ["disabled", { state: "disabled" }],
  ])("a channel left with nothing but a %s image keeps its value and is reported", (_, changes) => {
    const story = scene().image("ami-1", changes).holds("ami-1");
    expect(story.publications()).toEqual({});
    expect(story.announcements()).toEqual(["stranded/candidate/ami-1", "stranded/stable/ami-1"]);
    expect(story.actions()).toContainEqual(
      expect.objectContaining({
        do: "wait",
        for: "stable",
        reasons: expect.arrayContaining(["no other image can be published"]),
      }),
    );
  });

  test("nothing is written while nobody can tell what the channel holds", () => {
    const story = scene().published("ami-1").image("ami-2");
    for (const channel of Object.values(story.world.channels[core] ?? {}))
      channel.holds = { status: "unknown", why: "throttled" };
    expect(story.publications()).toEqual({});
  });
});

describe("what subscribers are told", () => {
  test("a published image, once for each channel, and not again", () => {
    const story = scene().image("ami-1").holds("ami-1");
    story.world.announced.clear();
    expect(story.announcements()).toEqual(["published/candidate/ami-1", "published/stable/ami-1"]);
    for (const key of story.announcements()) story.world.announced.add(key);
    expect(story.announcements()).toEqual([]);
  });

  test("with what changed against the image before", () => {
    const story = scene().published("ami-1", { kubernetes: "1.35.6" }).image("ami-2").holds("ami-2");
    story.world.announced.clear();
    expect(story.actions()[0]).toMatchObject({ fact: { previous: "ami-1", reasons: ["kubernetes 1.35.6 → 1.35.7"] } });
  });

  test("before the channel moves on, so that no publication goes untold", () => {
    const story = scene().published("ami-1").image("ami-2");
    story.world.announced.delete("published/candidate/ami-1");
    expect(
      story
        .actions()
        .map(({ do: what }) => what)
        .slice(0, 2),
    ).toEqual(["announce", "publish"]);
  });

  test("nothing of what is older than 30 days", () => {
    const story = scene().published("ami-1");
    story.world.announced.clear();
    for (const channel of Object.values(story.world.channels[core] ?? {}))
      channel.writtenAt = story.world.now - 31 * day;
    expect(story.announcements()).toEqual([]);
  });

  test("a base family without a release for silentAfter days (rule 13)", () => {
    expect(
      scene()
        .published("ami-1")
        .baseReleased(45 * day)
        .announcements(),
    ).toEqual([]);
    expect(
      scene()
        .published("ami-1")
        .baseReleased(46 * day)
        .announcements(),
    ).toEqual([`silent/${core}/ami-00000000000000001`]);
  });
});

test("one variant's trouble never blocks another's (rule 14)", () => {
  const story = scene(two).baseMissing(core).silentAbout("kubernetes", core);
  expect(story.building(full)).toMatchObject({ do: "build" });
});

describe("orders", () => {
  test("the same wish is the same order, token included, however often and in whatever world it is planned", () => {
    const order = (story: ReturnType<typeof scene>) => {
      const action = story.building();
      if (action.do !== "build") throw new Error("expected a build");
      return action.order;
    };
    const story = scene().published("ami-1", { kubernetes: "1.35.6" });
    expect(order(story)).toEqual(order(scene().published("ami-9", { kubernetes: "1.35.6" }).later(hour)));
  });

  test("every input and every attempt makes another token", () => {
    const token = (story: ReturnType<typeof scene>) => {
      const action = story.building();
      return action.do === "build" ? action.order.token : "none";
    };
    const tokens = [
      token(scene()),
      token(scene().kubernetes("1.35.8")),
      token(scene().baseAmi("ami-00000000000000002")),
      token(scene().request("r1")),
      token(scene().failed("capacity").later(hour)),
    ];
    expect(new Set(tokens).size).toBe(tokens.length);
  });
});

describe("over any history", () => {
  const step = fc.oneof(
    fc.record({ event: fc.constant("base" as const), n: fc.integer({ min: 1, max: 9 }) }),
    fc.record({ event: fc.constant("kubernetes" as const), n: fc.integer({ min: 1, max: 9 }) }),
    fc.record({ event: fc.constant("time" as const), n: fc.integer({ min: 1, max: 400 }) }),
    fc.record({ event: fc.constant("request" as const), n: fc.integer({ min: 1, max: 9 }) }),
    fc.record({ event: fc.constant("finish" as const), n: fc.integer({ min: 0, max: 3 }) }),
  );

  /** Plays events against the plan, carrying its actions out as the service would. */
  function play(steps: { event: string; n: number }[]) {
    const story = scene();
    const written: { at: number; channel: string; created: number; image: string }[] = [];
    const built: RecordedInputs[] = [];
    let images = 0;
    let mostRunning = 0;
    const carryOut = () => {
      for (const action of story.actions()) {
        if (action.do === "build") {
          built.push(action.order.inputs);
          story.build({ inputs: action.order.inputs, attempt: action.order.attempt, token: action.order.token });
        }
        if (action.do === "publish") {
          const image = story.world.images.find(({ id }) => id === action.image);
          story.holds(action.image, [action.channel]);
          written.push({
            at: story.world.now,
            channel: action.channel,
            created: image?.createdAt ?? 0,
            image: action.image,
          });
        }
      }
    };
    for (const { event, n } of steps) {
      story.later(60_000);
      if (event === "base") story.baseAmi(`ami-0000000000000000${n}`);
      if (event === "kubernetes") story.kubernetes(`1.35.${n}`);
      if (event === "time") story.later(n * hour);
      if (event === "request") story.request(`r${n}`);
      const running = story.world.builds.find(({ status }) => status === "running");
      if (event === "finish" && running) {
        const { now } = story.world;
        const failed = n === 0;
        if (!failed) {
          images += 1;
          story.image(`ami-${images}`, { createdAt: now, provedAt: now });
          const made = story.world.images.at(-1);
          if (made) made.inputs = running.inputs;
        }
        Object.assign(running, {
          status: failed ? "failed" : "succeeded",
          endedAt: now,
          image: failed ? undefined : `ami-${images}`,
          failure: failed ? { class: "capacity", cause: "none left" } : undefined,
        });
      }
      // Every look happens twice: a doubled message must not make anything happen that had not happened.
      carryOut();
      carryOut();
      mostRunning = Math.max(mostRunning, story.world.builds.filter(({ status }) => status === "running").length);
    }
    return { story, written, built, mostRunning };
  }

  test("no channel ever goes back, and never two builds run", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { written, mostRunning } = play(steps);
        for (const channel of ["candidate", "stable"]) {
          const created = written.filter((one) => one.channel === channel).map((one) => one.created);
          expect(created).toEqual(created.toSorted((a, b) => a - b));
        }
        expect(mostRunning).toBeLessThanOrEqual(1);
      }),
    );
  });

  test("it comes to rest: once nothing changes any more, what is desired is what is published", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const rest = Array.from({ length: 6 }, () => [
          { event: "time", n: 30 },
          { event: "finish", n: 1 },
        ]).flat();
        const { story } = play([...steps, ...rest]);
        const desired = story.inputs();
        expect(story.building().do).toBe("nothing");
        expect(drift(story.world.images.at(-1)?.inputs ?? {}, desired)).toEqual([]);
        expect(story.world.channels[core]?.candidate?.image).toBe(story.world.images.at(-1)?.id);
      }),
    );
  });
});

test("a plan does not change the world it is made from", () => {
  const story = scene(two).published("ami-1").kubernetes("1.35.8").failed("capacity");
  const before = structuredClone({ ...story.world, announced: [...story.world.announced] });
  plan(story.world);
  expect({ ...story.world, announced: [...story.world.announced] }).toEqual(before);
});
