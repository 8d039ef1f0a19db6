import { describe, expect, test } from "vitest";
import { core, scene } from "../../../scene.ts";

describe("principle 7: upstream that does not answer is unknown, and unknown is not drift", () => {
  test("an unknown input is no drift", () => {
    const action = scene().published("ami-1").silentAbout("kubernetes").building();
    expect(action).toMatchObject({ do: "nothing", reasons: ["ami-1 is up to date", "kubernetes does not answer"] });
  });

  test("an unknown input does not hide other drift, whose build keeps the recorded value", () => {
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

  test("a Kubernetes minor that upstream does not know is reported", () => {
    const story = scene().changeUpstream({ kubernetes: { state: "missing", why: "404" } });
    expect(story.building()).toMatchObject({ do: "wait" });
    expect(story.notificationKeys()).toEqual([`kubernetes-missing/${core}/1.35`]);
  });

  test("an unknown input makes a first build wait", () => {
    expect(scene().silentAbout("kubernetes").building()).toMatchObject({
      do: "wait",
      reasons: expect.arrayContaining(["kubernetes does not answer"]),
    });
  });

  test("a base parameter that does not exist is reported at once and starts no build", () => {
    const story = scene().baseMissing();
    expect(story.building()).toMatchObject({ do: "wait" });
    expect(story.notificationKeys()).toEqual([expect.stringMatching(/^base-missing\/.*ami-windows-latest/)]);
  });

  test("a variant with a changed entry waits for an unknown input instead of using its old image's", () => {
    const story = scene()
      .published("ami-1", { settings: "b".repeat(64), kubernetes: "1.34.9" })
      .silentAbout("kubernetes");
    expect(story.building()).toMatchObject({
      do: "wait",
      reasons: expect.arrayContaining(["kubernetes does not answer"]),
    });
  });

  test("a base that does not exist blocks every build", () => {
    const story = scene().published("ami-1").kubernetes("1.35.8").baseMissing();
    expect(story.building()).toMatchObject({
      do: "wait",
      reasons: ["the base image does not exist", "no such parameter"],
    });
  });
});
