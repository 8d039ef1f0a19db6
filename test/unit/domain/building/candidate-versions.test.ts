import { expect, test } from "vitest";
import { candidateVersions } from "../../../../functions/domain/building/preflight.ts";
import { core, type Scene, scene } from "../../../scene.ts";

const wanted = ({ world }: Scene) => candidateVersions(world.upstream[core], world.images);

test("the binaries of the wanted and of the newest image's Kubernetes version are checked", () => {
  const story = scene().image("ami-1", { createdAt: 1 }, { kubernetes: "1.35.9" }).kubernetes("1.35.8");

  expect(wanted(story)).toEqual(["1.35.8", "1.35.9"]);
  expect(story.building()).toMatchObject({ do: "nothing" });
});

test("only the newest image's version is checked while upstream does not answer", () => {
  expect(wanted(scene().published("ami-1", { kubernetes: "1.35.6" }).silentAbout("kubernetes"))).toEqual(["1.35.6"]);
});

test("only the wanted version is checked if there is no image", () => {
  expect(wanted(scene())).toEqual(["1.35.7"]);
});
