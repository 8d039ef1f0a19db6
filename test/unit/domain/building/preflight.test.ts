import { describe, expect, test } from "vitest";
import { core, scene } from "../../../scene.ts";

const layer = { windows: 2022 as const, kubernetes: "1.35" };
const eks = { kubernetesSource: "eks" as const };

/** A variant that wants a new Kubernetes patch, whose binaries are in the given state. */
function wanted(state: "there" | "missing" | "unknown", configuration: Parameters<typeof scene>[0] = {}) {
  return scene(configuration).published("ami-1").binaries("1.35.8", state).kubernetes("1.35.8");
}

describe("a build starts only if everything it needs is there", () => {
  test.each(["missing", "unknown"] as const)("binaries that are %s make it wait, with the reason", (state) => {
    expect(wanted(state).building()).toEqual({
      do: "wait",
      variant: core,
      for: "build",
      until: undefined,
      reasons: ["kubernetes 1.35.7 → 1.35.8", `kubelet 1.35.8 is ${state}`],
    });
    expect(wanted(state).binaries("1.35.8", "there").building()).toMatchObject({ do: "build" });
  });

  test("binaries that upstream never released do not block a layered image of EKS's patch", () => {
    expect(wanted("missing", { variants: [layer], policies: eks }).building()).toMatchObject({ do: "build" });
  });

  test("binaries that upstream never released block an assembled image", () => {
    const story = wanted("missing", { variants: [{ ...layer, base: "Base" }], policies: eks });
    expect(story.building()).toMatchObject({ do: "wait" });
  });

  test("a release host that does not answer blocks layered images, too", () => {
    expect(wanted("unknown", { variants: [layer], policies: eks }).building()).toMatchObject({ do: "wait" });
  });

  test("binaries that no run has checked block it", () => {
    const story = wanted("there");
    story.world.binaries = {};
    expect(story.building()).toMatchObject({
      reasons: expect.arrayContaining(["nothing is known about the binaries of Kubernetes 1.35.8"]),
    });
  });

  test.each(["missing", "unknown"] as const)("a base image that is %s blocks it", (state) => {
    const story = wanted("there").changeUpstream({ baseImage: { state, why: `the base is ${state}` } });
    expect(story.building()).toMatchObject({ do: "wait", reasons: expect.arrayContaining([`the base is ${state}`]) });
  });

  test("a base with an unknown release time blocks it", () => {
    const story = wanted("there").changeUpstream({ baseReleasedAt: undefined });
    expect(story.building()).toMatchObject({
      do: "wait",
      reasons: expect.arrayContaining(["EC2 does not say when ami-00000000000000001 was released"]),
    });
  });

  test("a build that is not due names the retry time, not the missing binaries", () => {
    const story = wanted("missing").failed("test");
    expect(story.building()).toMatchObject({ do: "wait", until: story.world.now + 15 * 60_000 });
  });

  test("a proof needs neither base nor binaries", () => {
    const story = scene().image("ami-2", { proof: undefined }).binaries("1.35.7", "missing");
    expect(story.building()).toMatchObject({ do: "prove" });
  });
});
