import { describe, expect, test } from "vitest";
import { type BuildWish, orderBuild } from "../../functions/build-orders.ts";
import { parseConfiguration } from "../../functions/configuration.ts";
import type { Inputs } from "../../functions/inputs.ts";

const inputs: Inputs = {
  baseAmi: "ami-0123456789abcdef0",
  kubernetes: "1.35.8",
  patchTuesday: "2026-11-10",
  recipe: "a".repeat(64),
  settings: "b".repeat(64),
};

function order(changes: object = {}, stage = "test", wish: Partial<BuildWish> = {}, policies: object = {}) {
  const configuration = parseConfiguration({ variants: [{ windows: 2022, kubernetes: "1.35", ...changes }], policies });
  const [variant] = configuration.variants;
  if (!variant) throw new Error("no variant");
  const reasons = ["first image of the variant"];
  return orderBuild(
    { purpose: "build", variant, inputs, attempt: 1, reasons, ...wish },
    { stage, recipe: "c".repeat(64), configuration },
  );
}

describe("what CodeBuild is given", () => {
  test("is the variant's part of config.ts and the inputs, as Packer's variables", () => {
    const variables = JSON.parse(
      order({
        diskGiB: 120,
        deniedUpdates: ["KB5040437"],
        registryMirrors: { "docker.io": ["https://mirror.example.com"] },
      }).variables.PACKER_VARIABLES ?? "",
    );
    expect(variables).toMatchObject({
      source_ami: inputs.baseAmi,
      kubernetes_version: "1.35.8",
      windows: "2022",
      disk_gib: 120,
      denied_updates: ["KB5040437"],
      registry_mirrors: { "docker.io": ["https://mirror.example.com"] },
      update_rounds: 2,
      image_tags: { "eks-windows-images:input:patchTuesday": "2026-11-10", "eks-windows-images:stage": "test" },
    });
  });

  test("names the image in EC2's alphabet, by stage, variant and token", () => {
    const { token, variables } = order();
    const { image_name: name } = JSON.parse(variables.PACKER_VARIABLES ?? "");
    expect(name).toBe(`eks-windows-images/test/windows-2022-core-1.35/${token.slice(0, 12)}`);
    expect(name).toMatch(/^[\w ()[\]./'@-]{3,128}$/);
  });

  test.each([
    ["stage", order({}, "production")],
    ["variant", order({ name: "other" })],
    ["purpose", order({}, "test", { purpose: "prove" })],
    ["image", order({}, "test", { purpose: "prove", image: "ami-1" })],
    ["attempt", order({}, "test", { attempt: 2 })],
    ["input", order({}, "test", { inputs: { ...inputs, kubernetes: "1.35.9" } })],
    ["policy that shapes the image", order({}, "test", {}, { updateRounds: 3 })],
  ])("is another order with another %s", (_, other) => {
    expect(other.token).not.toBe(order().token);
  });

  test("asks for the recipe that is deployed, not for the one an image was made with", () => {
    expect(order({}, "test", { purpose: "prove", image: "ami-1" }).variables.RECIPE).toBe("c".repeat(64));
  });

  test("says what it is about in plain variables", () => {
    const { variables, token } = order({}, "test", { purpose: "prove", image: "ami-1", attempt: 2 });
    expect(variables).toMatchObject({
      PURPOSE: "prove",
      VARIANT: "windows-2022-core-1.35",
      ATTEMPT: "2",
      TOKEN: token,
      IMAGE_ID: "ami-1",
      REASONS: "first image of the variant",
    });
    expect(JSON.parse(variables.INPUTS ?? "")).toEqual(inputs);
  });

  test("stays below CodeBuild's limit for all variables even with the longest settings that are allowed", () => {
    const containerImages = Array.from(
      { length: 28 },
      (_, index) => `registry.example.com/team/windows/image-${"x".repeat(21)}:${index}`,
    );
    const longest = {
      inputs: { ...inputs, request: "r".repeat(128) },
      reasons: Array.from({ length: 7 }, () => "x".repeat(160)),
    };
    const { variables } = order({ name: "n".repeat(64), containerImages }, "production", longest);
    const size = Object.entries(variables).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
    expect(JSON.stringify(containerImages).length).toBeGreaterThan(1850);
    // The project's own variables take up to 600 of the 5,500 characters.
    expect(size).toBeLessThan(4900);
  });
});
