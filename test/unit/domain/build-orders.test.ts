import { describe, expect, test } from "vitest";
import { parseConfiguration } from "../../../functions/config/configuration.ts";
import type { Variant } from "../../../functions/config/variant.ts";
import { type ImageWish, orderBuild } from "../../../functions/domain/build-orders.ts";
import type { Image } from "../../../functions/domain/images.ts";
import { type Inputs, inputsFromTags } from "../../../functions/domain/inputs.ts";
import { identityOf } from "../../../functions/domain/records.ts";
import { day, type Scene, scene } from "../../scene.ts";

const inputs: Inputs = {
  baseAmi: "ami-0123456789abcdef0",
  kubernetes: "1.35.8",
  patchTuesday: "2026-11-10",
  recipe: "a".repeat(64),
  settings: "b".repeat(64),
};
const reasons = ["first image of the variant"];
const subnets = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"];

function deployed(changes: object = {}, stage = "test", policies: object = {}) {
  const configuration = parseConfiguration({ variants: [{ windows: 2022, kubernetes: "1.35", ...changes }], policies });
  const variant = configuration.variants[0] as Variant;
  const recipes = { recipe: "c".repeat(64), harvestRecipe: "e".repeat(64) };
  return { variant, deployed: { stage, ...recipes, configuration, images: new Map<string, Image[]>() } };
}

function order(changes: object = {}, stage = "test", wish: Partial<ImageWish> = {}, policies: object = {}) {
  const { variant, deployed: world } = deployed(changes, stage, policies);
  const calm = {
    purpose: "build",
    inputs,
    attempt: 1,
    reasons,
    baseReleased: "2026-11-03",
    harvestSource: undefined,
  } as const;
  return orderBuild({ ...calm, variant, ...wish }, world);
}

function proof(image = "ami-1", attempt = 1, madeInAttempt = 1) {
  const { variant, deployed: world } = deployed();
  return orderBuild({ purpose: "prove", variant, inputs, attempt, reasons, image, madeInAttempt }, world);
}

function harvest(changes: object = {}, world: object = {}) {
  const { variant, deployed: calm } = deployed(changes);
  const source = { baseAmi: "ami-0123456789abcdef2", recipe: calm.recipe };
  return orderBuild({ purpose: "harvest", variant, inputs: source, attempt: 1, reasons }, { ...calm, ...world });
}

function packerVariables({ variables }: ReturnType<typeof order>) {
  return JSON.parse(variables.PACKER_VARIABLES ?? "");
}

describe("the identity in the variables of a build", () => {
  const requested = { ...inputs, request: "x".repeat(300) };

  test("is that of the tags that the image gets, even if a tag cannot hold a whole value", () => {
    const made = order({}, "test", { inputs: requested });
    const tags = packerVariables(made).image_tags as Record<string, string>;

    expect(made.variables.IDENTITY).toBe(identityOf(tags["eks-windows-images:variant"] ?? "", inputsFromTags(tags)));
    expect(made.variables.IDENTITY).not.toBe(order().variables.IDENTITY);
  });

  test("is that of the image to prove, and a harvest has none", () => {
    expect(proof().variables.IDENTITY).toBe(order().variables.IDENTITY);
    expect(harvest().variables).not.toHaveProperty("IDENTITY");
  });
});

describe("the variables of a build", () => {
  test("contain the variant's entry in config.ts and the inputs, as Packer's variables", () => {
    const variables = packerVariables(
      order({
        diskGiB: 120,
        diskThroughput: 250,
        skipRegionalSetup: true,
        deniedUpdates: ["KB5040437"],
        registryMirrors: { "docker.io": ["https://mirror.example.com"] },
      }),
    );
    expect(variables).toMatchObject({
      source_ami: inputs.baseAmi,
      source_ami_released: "2026-11-03",
      harvest_source: "",
      harvest_manifest: "",
      kubernetes_version: "1.35.8",
      windows: "2022",
      disk_gib: 120,
      disk_throughput: 250,
      skip_regional_setup: true,
      denied_updates: ["KB5040437"],
      registry_mirrors: { "docker.io": ["https://mirror.example.com"] },
      update_rounds: 2,
      image_tags: { "eks-windows-images:input:patchTuesday": "2026-11-10", "eks-windows-images:stage": "test" },
    });
  });

  test("have no template of Packer in the tags, whatever the reasons quote", () => {
    const reasons = ["request {{{{ env `HOME` }}}} → r2", "{{{"];
    expect(packerVariables(order({}, "test", { reasons })).image_tags["eks-windows-images:reasons"]).toBe(
      "request { { { { env `HOME` }}}} → r2\n{ { {",
    );
  });

  test("have no half of a character where long reasons end", () => {
    const { variables } = order({}, "test", { reasons: [`${"a".repeat(298)}😀 and more`] });
    expect(variables.REASONS).toBe(`${"a".repeat(298)}…`);
  });

  test("contain the place and the checksum of the harvested files for an assembled image", () => {
    const wish = { harvestSource: "ami-0123456789abcdef2", inputs: { ...inputs, harvest: "d".repeat(64) } };
    expect(packerVariables(order({ base: "Base" }, "test", wish))).toMatchObject({
      base_family: "Base",
      harvest_source: "ami-0123456789abcdef2",
      harvest_manifest: "d".repeat(64),
      image_tags: { "eks-windows-images:input:harvest": "d".repeat(64) },
    });
  });

  test("name the image in EC2's alphabet, by stage, variant and token", () => {
    const ordered = order();
    const { image_name: name } = packerVariables(ordered);
    expect(name).toBe(`eks-windows-images/test/windows-2022-core-1.35/${ordered.token.slice(0, 12)}`);
    expect(name).toMatch(/^[\w ()[\]./'@-]{3,128}$/);
  });

  test.each([
    ["a VPC", { kind: "vpc", vpcId: "vpc-0123456789abcdef0", subnetIds: subnets }, [...subnets, ...subnets]],
    ["public with a subnet", { kind: "public", subnetId: subnets[1] }, [1, 2, 3, 4].map(() => subnets[1])],
    ["public without one", { kind: "public" }, ["", "", "", ""]],
  ])("start each attempt in the next subnet: %s", (_, network, expected) => {
    const chosen = [1, 2, 3, 4].map(
      (attempt) => packerVariables(order({}, "test", { attempt }, { network })).subnet_id,
    );

    expect(chosen).toEqual(expected);
  });

  test("name the deployed recipe, not the recipe of the image", () => {
    expect(proof().variables.RECIPE).toBe("c".repeat(64));
  });

  test("repeat the order in plain variables", () => {
    const { variables, token } = proof("ami-1", 2);
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

  test("of a proof have the same form as those of a build", () => {
    expect(Object.keys(packerVariables(proof()))).toEqual(Object.keys(packerVariables(order())));
  });

  test("of a harvest name AWS's image and no image of this service", () => {
    const ordered = harvest({ base: "Base" });
    expect(ordered.variables).toMatchObject({ PURPOSE: "harvest", IMAGE_ID: "ami-0123456789abcdef2" });
    expect(packerVariables(ordered)).toEqual({
      stage: "test",
      variant: "windows-2022-core-1.35",
      token: ordered.token,
      image_name: expect.stringContaining(ordered.token.slice(0, 12)),
      windows: "2022",
      subnet_id: "",
      source_ami: "ami-0123456789abcdef2",
      harvest_recipe: "e".repeat(64),
    });
  });

  test.each([
    ["settings", 25, 1640, "https://dl.k8s.io"],
    ["settings beside a mirror's long address", 22, 1440, `https://mirror.example.com/${"k".repeat(173)}`],
  ])("stay below CodeBuild's limit even with the longest allowed %s", (_, length, least, kubernetesReleaseUrl) => {
    const containerImages = Array.from(
      { length },
      (_, index) => `registry.example.com/team/windows/image-${"x".repeat(20)}:${index}`,
    );
    const longest = {
      inputs: { ...inputs, harvest: "d".repeat(64), request: "r".repeat(128) },
      harvestSource: "ami-0123456789abcdef2",
      reasons: Array.from({ length: 7 }, () => "x".repeat(160)),
    };
    const { variables } = order(
      { name: "n".repeat(64), base: "ContainersLatest", containerImages },
      "production",
      longest,
      { kubernetesReleaseUrl },
    );
    const size = Object.entries(variables).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
    expect(JSON.stringify(containerImages).length).toBeGreaterThan(least);
    // The project's own variables take up to 700 of the 5,500 characters.
    expect(size).toBeLessThan(4800);
  });
});

describe("the seconds of a start that is not slow yet", () => {
  const usual = (...starts: number[]) => scene().usualStarts(...starts);
  const orderOf = (story: Scene) => {
    const action = story.building();
    return "order" in action ? action.order : undefined;
  };
  const orderAfter = (...starts: number[]) => orderOf(usual(...starts).baseAmi("ami-00000000000000002"));

  test("are the factor times the median of the published images, in whole seconds", () => {
    expect(orderAfter(200, 211, 400)?.variables.SLOW_START_SECONDS).toBe("316");
  });

  test("are empty with fewer than three measured images, and a harvest has none", () => {
    expect(orderAfter(200, 211)?.variables.SLOW_START_SECONDS).toBe("");
    expect(harvest().variables).not.toHaveProperty("SLOW_START_SECONDS");
  });

  test("of a proof count the images that are older than the one to prove", () => {
    const story = usual(200, 210, 220, 900).image("ami-2", { proof: undefined, provedAt: undefined });
    const then = story.world.now - day;
    story.change("ami-2", { createdAt: then }).change("ami-usual-4", { createdAt: then + day / 2 });
    story.change("ami-usual-4", { state: "disabled" });

    expect(orderOf(story)?.variables).toMatchObject({ PURPOSE: "prove", SLOW_START_SECONDS: "315" });
  });

  test("leave the token as it is, so an order stays the same while other images are published", () => {
    const [before, after] = [orderAfter(200, 210, 220), orderAfter(400, 410, 420)];

    expect(after?.variables.SLOW_START_SECONDS).not.toBe(before?.variables.SLOW_START_SECONDS);
    expect(after?.token).toBe(before?.token);
  });
});

describe("the token", () => {
  test.each([
    ["stage", order({}, "production")],
    ["variant", order({ name: "other" })],
    ["purpose", proof()],
    ["attempt", order({}, "test", { attempt: 2 })],
    ["input", order({}, "test", { inputs: { ...inputs, kubernetes: "1.35.9" } })],
    ["harvest", order({}, "test", { inputs: { ...inputs, harvest: "d".repeat(64) } })],
    ["policy that shapes the image", order({}, "test", {}, { updateRounds: 3 })],
  ])("differs for another %s", (_, other) => {
    expect(other.token).not.toBe(order().token);
  });

  test("of a proof differs for another image", () => {
    expect(proof("ami-2").token).not.toBe(proof("ami-1").token);
  });

  test("of a proof does not depend on the attempt that made the image", () => {
    expect(proof("ami-1", 1, 3).token).toBe(proof("ami-1", 1, 1).token);
  });

  test("depends neither on the reasons nor on the EKS image that the same files come from", () => {
    expect(order({}, "test", { reasons: ["request none → r1"] }).token).toBe(order().token);
    expect(order({}, "test", { harvestSource: "ami-9" }).token).toBe(
      order({}, "test", { harvestSource: "ami-8" }).token,
    );
  });

  test("of a harvest depends on the scripts that harvest, not on the variant that starts it", () => {
    expect(harvest({ name: "other" }).token).toBe(harvest().token);
    expect(harvest({}, { harvestRecipe: "f".repeat(64) }).token).not.toBe(harvest().token);
  });
});
