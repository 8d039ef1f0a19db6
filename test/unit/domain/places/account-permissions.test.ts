import { expect, test } from "vitest";
import type { Place } from "../../../../functions/config/place.ts";
import { indexWorld } from "../../../../functions/domain/indexed-world.ts";
import { neededBeside } from "../../../../functions/domain/places/use-in-places.ts";
import { apps, placed, volumeKeyArn } from "../../../placed.ts";
import { type Scene, scene } from "../../../scene.ts";

const { account, roleArn } = apps;
const far = { name: "far", region: "eu-west-1", method: "copy", account, roleArn } as const;
const farther = { ...far, name: "farther", region: "eu-west-3" } as const;
const foreign = { ...far, name: "foreign", account: "310987654321", roleArn: "arn:aws:iam::310987654321:role/place" };

function beside({ world }: Scene, name: string) {
  const place = world.configuration.places.find((one) => one.name === name) as Place;
  return neededBeside(indexWorld(world), place, "ami-1");
}

function places() {
  const story = scene({ places: [apps, far, farther, foreign], policies: { volumeKeyArn } }).published("ami-1");
  return { story, share: (name: string) => placed(story, name).shared("ami-1") };
}

test("a copy that is there takes nothing from the place of its account that starts the image itself", () => {
  const { story, share } = places();
  share("apps");
  share("far");
  expect(beside(story, "far")).toEqual({ launch: true, snapshots: false });
});

test("another copy of the account still reads the snapshots", () => {
  const { story, share } = places();
  share("far");
  share("farther");
  expect(beside(story, "far")).toEqual({ launch: true, snapshots: true });
  expect(beside(story, "apps")).toEqual({ launch: true, snapshots: true });
});

test("neither the place itself, nor one that has given it back, nor one of another account keeps anything", () => {
  const { story, share } = places();
  share("far");
  share("apps").unshared("ami-1", 0);
  share("foreign");
  expect(beside(story, "far")).toEqual({ launch: false, snapshots: false });
});
