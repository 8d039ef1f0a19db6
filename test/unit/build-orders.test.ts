import { describe, expect, test } from "vitest";
import { orderBuild } from "../../functions/build-orders.ts";
import { parseConfiguration } from "../../functions/configuration.ts";
import type { Inputs } from "../../functions/inputs.ts";

const inputs: Inputs = {
  baseAmi: "ami-0123456789abcdef0",
  kubernetes: "1.35.8",
  patchTuesday: "2026-11-10",
  recipe: "a".repeat(64),
  settings: "b".repeat(64),
};

function order(changes: object = {}, stage = "test") {
  const { variants, policies } = parseConfiguration({ variants: [{ windows: 2022, kubernetes: "1.35", ...changes }] });
  const [variant] = variants;
  if (!variant) throw new Error("no variant");
  return orderBuild(
    { purpose: "build", variant, inputs, attempt: 1, reasons: ["first image of the variant"] },
    stage,
    policies,
  );
}

describe("what CodeBuild is given", () => {
  test("is the variant's part of config.ts and the inputs, as Packer's variables", () => {
    const variables = JSON.parse(
      order({ diskGiB: 120, deniedUpdates: ["KB5040437"] }).variables.PACKER_VARIABLES ?? "",
    );
    expect(variables).toMatchObject({
      source_ami: inputs.baseAmi,
      kubernetes_version: "1.35.8",
      windows: "2022",
      disk_gib: 120,
      denied_updates: ["KB5040437"],
      image_tags: { "eks-windows-images:input:patchTuesday": "2026-11-10", "eks-windows-images:stage": "test" },
    });
  });

  test("names the image in EC2's alphabet, by stage, variant and token", () => {
    const { token, variables } = order();
    const { image_name: name } = JSON.parse(variables.PACKER_VARIABLES ?? "");
    expect(name).toBe(`eks-windows-images/test/windows-2022-core-1.35/${token.slice(0, 12)}`);
    expect(name).toMatch(/^[\w ()[\]./'@-]{3,128}$/);
  });

  test("is another order in another stage", () => {
    expect(order({}, "production").token).not.toBe(order({}, "test").token);
  });

  test("stays below CodeBuild's limit for all variables even with the longest settings that are allowed", () => {
    const containerImages = Array.from(
      { length: 35 },
      (_, index) => `registry.example.com/team/windows/image-${"x".repeat(20)}:${index}`,
    );
    const { variables } = order({ name: "n".repeat(64), containerImages });
    const size = Object.entries(variables).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
    expect(JSON.stringify(containerImages).length).toBeGreaterThan(2200);
    // The project's own variables take up to 600 of the 5,500 characters.
    expect(size).toBeLessThan(4900);
  });
});
