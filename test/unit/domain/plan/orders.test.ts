import { describe, expect, test } from "vitest";
import { hour, type Scene, scene } from "../../../scene.ts";

function order(story: Scene) {
  const action = story.building();
  if (!("order" in action)) throw new Error(`expected an order, got ${action.do}`);
  return action.order;
}

const assembled = { variants: [{ windows: 2022 as const, kubernetes: "1.35", base: "Base" as const }] };

describe("orders", () => {
  test.each([
    ["a build", (published: string) => scene().published(published, { kubernetes: "1.35.6" })],
    ["a retry", () => scene().failed("capacity").later(hour)],
    ["a requested build", (published: string) => scene().published(published).request("r1")],
    ["a proof", () => scene().image("ami-2", { proof: undefined, provedAt: undefined })],
    ["a harvest", (published: string) => scene(assembled).published(published).eksImage("ami-0000000000000ea52")],
  ])("%s is the same order with the same token in every run and every world that wants it", (_, given) => {
    expect(order(given("ami-1"))).toEqual(order(given("ami-9").later(hour)));
  });

  test("every input and every attempt gives another token", () => {
    const tokens = [
      scene(),
      scene().kubernetes("1.35.8"),
      scene().baseAmi("ami-00000000000000002"),
      scene().request("r1"),
      scene().failed("capacity").later(hour),
      scene(assembled),
      scene(assembled).harvested("ami-0000000000000ea51", "f".repeat(64)),
      scene(assembled).eksImage("ami-0000000000000ea52"),
      scene(assembled).eksImage("ami-0000000000000ea53"),
    ].map((story) => order(story).token);
    expect(new Set(tokens).size).toBe(tokens.length);
  });
});
