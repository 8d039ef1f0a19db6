import { describe, expect, test } from "vitest";
import { core, scene } from "../../../scene.ts";

describe("rule 1: a channel receives only available, proved, completely tagged images that are not revoked", () => {
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

  test.each(["none", "manual"] as const)(
    "an approval does not make an unproved image publishable (approval: %s)",
    (approval) => {
      const story = scene({ policies: { approval } }).image("ami-1", { proof: undefined }).approve("ami-1");
      expect(story.publications()).toEqual({});
    },
  );

  test("an image of another Kubernetes minor than its variant's is never written, and is replaced by a build", () => {
    const story = scene({ variants: [{ name: core, windows: 2022, kubernetes: "1.35" }] })
      .published("ami-1")
      .image("ami-2", {}, { kubernetes: "1.36.2" });
    expect(story.publications()).toEqual({});
    expect(story.waiting("stable")).toMatchObject({ reasons: ["ami-2 has Kubernetes 1.36.2, the variant wants 1.35"] });
    expect(story.building()).toMatchObject({ do: "build", reasons: ["kubernetes 1.36.2 → 1.35.7"] });
  });

  test("a channel may go back to an older minor that it held before, but never to a newer one", () => {
    const story = scene({ variants: [{ name: core, windows: 2022, kubernetes: "1.35" }] })
      .published("ami-1", { kubernetes: "1.34.9" })
      .image("ami-2", { createdAt: 2, provedAt: 2 }, { kubernetes: "1.36.2" })
      .holds("ami-2")
      .image("ami-3", { provedAt: 3 })
      .holds("ami-3")
      .revoke("ami-3");
    expect(story.publications()).toEqual({ candidate: "ami-1", stable: "ami-1" });
  });

  test("an image whose tags are incomplete is never written", () => {
    expect(scene().image("ami-1", {}, { recipe: undefined }).publications()).toEqual({});
  });
});
