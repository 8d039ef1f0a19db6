import { expect, test } from "vitest";
import { candidateVersions } from "../../../functions/domain/building/preflight.ts";
import { core, type Scene, scene } from "../../scene.ts";

const wanted = ({ world }: Scene) => candidateVersions(core, world.upstream, world.images);

test("the binaries of the wanted Kubernetes version are looked for, and of the newest image's, below which no build goes", () => {
  const story = scene().image("ami-1", { createdAt: 1 }, { kubernetes: "1.35.9" }).kubernetes("1.35.8");

  expect(wanted(story)).toEqual(["1.35.8", "1.35.9"]);
  expect(story.building()).toMatchObject({ do: "nothing" });
});

test("while upstream does not answer, those of the newest image are looked for", () => {
  expect(wanted(scene().published("ami-1", { kubernetes: "1.35.6" }).silentAbout("kubernetes"))).toEqual(["1.35.6"]);
});

test("without an image, those of the wanted version", () => {
  expect(wanted(scene())).toEqual(["1.35.7"]);
});
