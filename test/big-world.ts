import { channelNames } from "../functions/config/channel-names.ts";
import { latestPatchTuesday } from "../functions/config/patch-tuesday.ts";
import { recipeOf } from "../functions/config/variant.ts";
import type { Image } from "../functions/domain/images.ts";
import { settingsHash, sha256 } from "../functions/domain/inputs.ts";
import { imageName } from "../functions/domain/packer-variables.ts";
import { publicationKey } from "../functions/domain/publishing/channel-writes.ts";
import { addBuild, amiId, anyLifeOf, calmLifeOf, happen, isAssembled, type Line } from "./big-world-lives.ts";
import { day, hour, minute, newImage, newWorld, type OpenWorld } from "./world.ts";

/** Two builds of a line start this far apart: a month has four. */
const rhythm = 8 * day;
/** CodeBuild's history is read this far back. */
const historyReach = 31 * day;

/** How a world differs from the usual one. */
interface Manner {
  /** Nothing is due: every variant is settled, one in twenty after a request, one with an old image that is in use. */
  calm?: boolean;
  /** ISO 8601, in whole minutes. */
  at?: string;
}

/**
 * A realistic world of any size, always the same one for the same size: each variant has had a build every eight days,
 * two images in its channels, and old images that are disabled, in use or due to go. For every thirty variants there is
 * a removed one, and every other of these is retired.
 */
export function bigWorld(variants: number, imagesPerVariant = 20, { calm = false, at }: Manner = {}): OpenWorld {
  const lifeOf = calm ? calmLifeOf : anyLifeOf;
  const configured = Array.from({ length: variants }, (_, index) => ({
    name: `line-${index}`,
    windows: 2022 as const,
    kubernetes: "1.35",
    base: isAssembled(lifeOf(index)) ? ("Base" as const) : ("EKS_Optimized" as const),
    containerImages: [`registry.example.com/agent-${index}:1.0`, "registry.example.com/logs:2.3"],
  }));
  const removed = Array.from({ length: Math.ceil(variants / 30) }, (_, index) => `removed-${index}`);
  const retiredVariants = calm ? [] : removed.filter((_, index) => index % 2 === 0);
  const world = newWorld({ variants: configured, retiredVariants }, at ?? "2026-11-26T12:00:00Z");
  const lines = world.configuration.variants.map((variant, index): Line => {
    const { name } = variant;
    const harvest = recipeOf(variant) === "assemble" ? "d".repeat(64) : undefined;
    return {
      name,
      life: lifeOf(index),
      index,
      desired: { ...common(world), settings: settingsHash(variant), harvest },
    };
  });
  for (const line of lines) addLine(world, line, imagesPerVariant, calm);
  for (const [index, name] of removed.entries()) {
    const desired = { ...common(world), settings: sha256(name) };
    addLine(world, { name, life: "settled", index: variants + index, desired }, imagesPerVariant, calm);
  }
  return world;
}

function common(world: OpenWorld) {
  const { recipe, now, configuration } = world;
  const patchTuesday = latestPatchTuesday(now, configuration.policies.patchTuesday);
  return { baseAmi: "ami-00000000000000001", kubernetes: "1.35.7", patchTuesday, recipe };
}

function addLine(world: OpenWorld, line: Line, count: number, calm: boolean): void {
  const images = Array.from({ length: count }, (_, age) => imageOf(world, line, age, calm));
  world.images.push(...images);
  const [newest, second] = images as [Image, Image];
  for (const [age, image] of images.entries()) {
    addMaker(world, image);
    // Of those that retention may let go, a third is in use, unless nothing is to happen.
    const isUsed = calm || (line.index + age) % 3 === 0;
    if (age >= 3) world.references[image.id] = isUsed ? { state: "used", by: ["instance/i-1"] } : { state: "unused" };
    for (const channel of channelNames) {
      const writtenAt = image.createdAt + day;
      image.published[channel] = { at: writtenAt, previous: images[age + 1]?.id };
      image.held[channel] = writtenAt;
      const version = count - age;
      if (image.createdAt > world.now - 60 * day)
        world.notified.add(publicationKey("published", line.name, channel, { version, image: image.id, writtenAt }));
    }
  }
  const held = line.life === "soaking" || line.life === "unproved" ? second : newest;
  if (held === second) Object.assign(newest, { published: {}, held: {} });
  for (const channel of channelNames)
    world.channels[line.name] = {
      ...world.channels[line.name],
      [channel]: {
        image: held.id,
        version: count - images.indexOf(held),
        writtenAt: held.createdAt + day,
        holds: { status: "described", createdAt: held.createdAt, state: held.state },
      },
    };
  happen[line.life]?.(world, line, newest);
}

/**
 * An image of the line; `age` counts from 0, the newest. Retention has disabled the old ones, but for one in every
 * fourth line, or in every twentieth.
 */
function imageOf(world: OpenWorld, { name, index, life, desired }: Line, age: number, calm: boolean): Image {
  const sinceNewest = life === "soaking" ? 6 * hour : life === "unproved" ? hour : 2 * day;
  const createdAt = world.now - sinceNewest - age * rhythm - (index % 60) * minute;
  const token = sha256(`${name} ${age}`);
  const isOld = age > 3 || (age === 3 && index % (calm ? 20 : 4) > 0);
  return newImage(world, {
    id: amiId(`${name} ${age}`),
    name: imageName(world.stage, name, token),
    variant: name,
    inputs: age === 0 ? desired : { ...desired, baseAmi: amiId(`base ${age}`), kubernetes: `1.35.${age > 6 ? 5 : 6}` },
    token,
    createdAt,
    proof: !calm && age === 5 && index % 5 === 0 ? "failed" : "passed",
    provedAt: createdAt + hour,
    ...(isOld && { state: "disabled", retiredAt: createdAt + 3 * rhythm }),
  });
}

/** The build that made an image, as far as CodeBuild's history reaches. */
function addMaker(world: OpenWorld, { id, variant, inputs, token = "", createdAt }: Image): void {
  if (createdAt < world.now - historyReach) return;
  const times = { startedAt: createdAt - hour, endedAt: createdAt + hour };
  addBuild(world, { id: `project:${id}`, variant, inputs, token, image: id, status: "succeeded", ...times });
}
