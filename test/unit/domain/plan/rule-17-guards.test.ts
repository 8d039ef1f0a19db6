import { describe, expect, test } from "vitest";
import { full, hour, type Scene, scene, two } from "../../../scene.ts";

/** `ami-2` is in the channel, and the fleet runs `ami-1`. */
function behind(configuration: Parameters<Scene["fleet"]>[1] = {}): Scene {
  return scene(two).published("ami-1").fleet("web", configuration).image("ami-2").holds("ami-2");
}

const template = { template: "lt-1", named: "2", number: 2, made: [2], followedBy: undefined };

function refusals(story: Scene): string[] {
  const decision = story.fleetDecision("web");
  return decision.decision === "refused" ? decision.reasons : [];
}

describe("rule 17: a fleet is refused, with the way out, if", () => {
  test.each<[string, Scene, string]>([
    [
      "something stands in the way that only its group can tell",
      behind().fleets("observe", "web", { obstacles: ["it has no launch template: give it one"] }),
      "it has no launch template: give it one",
    ],
    [
      "the minor of its variant is newer than the cluster's",
      behind().fleets("observe", "web", { cluster: { minor: "1.34", isAuto: false } }),
      "its nodes would run Kubernetes 1.35 in a cluster of 1.34: upgrade the cluster first, or let the fleet follow a variant of 1.34",
    ],
    [
      "its cluster is in Auto Mode",
      behind().fleets("observe", "web", { cluster: { minor: "1.35", isAuto: true } }),
      "its cluster is in EKS Auto Mode, which has no Windows nodes: use a cluster without it",
    ],
    [
      "it follows its template by $Latest",
      behind().fleets("observe", "web", { template: { ...template, named: "$Latest" } }),
      "it follows the launch template lt-1 by $Latest: let it name a version by its number",
    ],
    [
      "it follows its template by $Default",
      behind().fleets("observe", "web", { template: { ...template, named: "$Default" } }),
      "it follows the launch template lt-1 by $Default: let it name a version by its number",
    ],
    [
      "another group follows its template by $Latest",
      behind().fleets("observe", "web", { template: { ...template, followedBy: "batch" } }),
      "the group batch follows the launch template lt-1 by $Latest and would change at once: let it name a version by its number, or give it a template of its own",
    ],
    [
      "it runs another release, by the name of AWS's image",
      behind().fleets("starts", "web", "ami-f", {
        isOfAws: "Windows_Server-2019-English-Core-EKS_Optimized-1.35-2026.10.14",
      }),
      "its image ami-f is Windows Server 2019 Core; adopt: true in the fleet's entry of config.ts lets it change to Windows Server 2022 Core",
    ],
    [
      "it runs another edition, by the variant of our image",
      behind().image("ami-9", { variant: full }).fleets("starts", "web", "ami-9"),
      "its image ami-9 is Windows Server 2022 Full; adopt: true in the fleet's entry of config.ts lets it change to Windows Server 2022 Core",
    ],
    [
      "nobody can tell which Windows it runs",
      behind().fleets("starts", "web", "ami-f", { isOfAws: "golden-7" }),
      "nobody can tell which Windows its image ami-f (golden-7) is; adopt: true in the fleet's entry of config.ts lets it change to Windows Server 2022 Core",
    ],
  ])("%s", (_, story, why) => {
    expect(refusals(story)).toEqual([why]);
    expect(story.fleetActions("web")).toMatchObject([{ do: "wait", reasons: [why] }]);
    expect(refusals(story.fleets("order", "web", "ami-2", { force: true }))).toEqual([why]);
  });

  test("several guards refuse it, each of them", () => {
    const story = behind().fleets("observe", "web", {
      obstacles: ["a", "b"],
      cluster: { minor: "1.35", isAuto: true },
    });
    expect(refusals(story)).toHaveLength(3);
  });
});

describe("rule 17: while AWS does not tell what a guard asks for", () => {
  const unread = ["reading its cluster: throttled"];

  test.each<[string, Scene, string[]]>([
    ["its cluster or its hooks", behind().fleets("observe", "web", { cluster: undefined, unread }), unread],
    [
      "its present image",
      behind().fleets("observe", "web", {
        starts: { id: "ami-f", name: undefined, createdAt: undefined, unread: "describing ami-f: throttled" },
      }),
      ["describing ami-f: throttled"],
    ],
  ])("%s, the fleet is not moved forward, not even by a person", (_, story, reasons) => {
    const waits = { decision: "wait", for: "aws", reasons };
    expect(story.fleetDecision("web")).toMatchObject(waits);
    expect(story.fleets("order", "web", "ami-2").fleetDecision("web")).toMatchObject(waits);
    expect(story.fleetActions("web")).toMatchObject([{ do: "wait", reasons }]);
  });

  test("a fleet that goes back does not wait for it", () => {
    const story = scene().published("ami-1").image("ami-2").holds("ami-2").fleet("web").revoke("ami-2").holds("ami-1");
    story.fleets("observe", "web", { cluster: undefined, unread });
    expect(story.fleetDecision("web")).toMatchObject({ decision: "roll", back: expect.stringContaining("revoked") });
  });

  test("what stands in the way is told all the same", () => {
    const story = behind().fleets("observe", "web", { obstacles: ["no template"], unread });
    expect(refusals(story)).toEqual(["no template"]);
  });

  test("an image that the fleet may leave in any case need not be known", () => {
    const starts = { id: "ami-f", name: undefined, createdAt: undefined, unread: "describing ami-f: throttled" };
    const story = behind({ adopt: true }).fleets("observe", "web", { starts });
    expect(story.fleetDecision("web").decision).not.toBe("wait");
  });
});

describe("rule 17: a fleet is not refused", () => {
  test.each<[string, Scene]>([
    [
      "that runs AWS's own image of the same Windows",
      behind().fleets("starts", "web", "ami-f", {
        isOfAws: "Windows_Server-2022-English-Core-EKS_Optimized-1.35-2026.10.14",
      }),
    ],
    [
      "that may adopt another Windows",
      behind({ adopt: true }).fleets("starts", "web", "ami-f", { isOfAws: "golden-7" }),
    ],
    ["in a newer cluster", behind().fleets("observe", "web", { cluster: { minor: "1.36", isAuto: false } })],
    ["whose cluster is not named", behind().fleets("observe", "web", { cluster: undefined })],
  ])("%s", (_, story) => {
    expect(story.fleetDecision("web").decision).toBe("roll");
  });

  test("that follows a parameter of its own, because another group follows its template: it gets no new version", () => {
    const story = behind({ kind: "auto-scaling-group", parameter: "own" });
    expect(
      story.fleets("observe", "web", { template: { ...template, followedBy: "batch" } }).fleetDecision("web").decision,
    ).toBe("point");
  });
});

describe("rule 17: a fleet that somebody else has moved", () => {
  const rolled = () => behind().fleets("rollout", "web", "ami-2", { ago: hour, status: "succeeded" });
  const byHand = (story: Scene, number: number) =>
    story.fleets("take", "web", "ami-f", number).fleets("starts", "web", "ami-f", {
      isOfAws: "Windows_Server-2022-English-Core-EKS_Optimized-1.35-2026.10.14",
    });

  test("to another version stays there, and the reason says which and what to do", () => {
    const story = byHand(rolled(), 9);
    expect(story.fleetDecision("web")).toMatchObject({
      decision: "moved",
      reasons: [
        'somebody has moved it to version 9 of its launch template since the service gave it 3; POST /release {"fleet": "web", "reason": "…"} lets the service go on from there',
      ],
    });
    expect(story.fleetActions("web")).toMatchObject([{ do: "wait" }]);
  });

  test("back to the version before stays there", () => {
    expect(byHand(rolled(), 2).fleetDecision("web").decision).toBe("moved");
  });

  test("stays there whatever a person orders, until a release", () => {
    const story = byHand(rolled(), 9).fleets("order", "web", "ami-2");
    expect(story.fleetDecision("web").decision).toBe("moved");
    expect(story.fleets("release", "web").fleetDecision("web").decision).toBe("roll");
  });

  test("may be moved by hand again after a release, until the service has rolled it", () => {
    const story = byHand(byHand(rolled(), 9).fleets("release", "web").later(hour), 10);
    expect(story.fleetDecision("web").decision).toBe("roll");
  });

  test("to the desired image is where it is to be, and counts as moved once that changes", () => {
    const story = rolled().fleets("take", "web", "ami-2", 9);
    expect(story.fleetDecision("web").decision).toBe("current");
    expect(story.image("ami-3").holds("ami-3").fleetDecision("web").decision).toBe("moved");
  });

  test("is not moved by a rollout of ours that AWS took back", () => {
    const story = behind().fleets("rollout", "web", "ami-2", { ago: hour, status: "rolled-back" });
    expect(story.image("ami-3").holds("ami-3").fleetDecision("web").decision).toBe("roll");
  });

  test.each(["auto-scaling-group", "karpenter"] as const)("by its own parameter (%s) stays there", (kind) => {
    const story = behind({ kind, parameter: "own", cluster: "main" });
    story.fleets("rollout", "web", "ami-2", { ago: 7 * hour, status: "succeeded" }).fleets("arrived", "web", "ami-2");
    story.fleets("starts", "web", "ami-1");
    expect(story.fleetDecision("web")).toMatchObject({
      decision: "moved",
      reasons: [expect.stringContaining("somebody has written ami-1 to its parameter since the service wrote ami-2")],
    });
  });
});

test("rule 17: what refuses one fleet refuses no other", () => {
  const story = scene().published("ami-1").fleet("web").fleet("api").image("ami-2").holds("ami-2");
  story.fleets("observe", "web", { obstacles: ["no template"] });
  expect(story.fleetDecision("api").decision).toBe("roll");
});
