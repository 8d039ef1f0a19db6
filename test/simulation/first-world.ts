import { type ChannelName, channelNames } from "../../functions/config/channel-names.ts";
import { latestPatchTuesday } from "../../functions/config/patch-tuesday.ts";
import { type Inputs, settingsHash, sha256 } from "../../functions/domain/inputs.ts";
import { imageName } from "../../functions/domain/packer-variables.ts";
import { publicationKey } from "../../functions/domain/publishing/channel-writes.ts";
import { amiId } from "../big-world-lives.ts";
import { ownerId } from "../memory-aws/account.ts";
import { accountOf, environmentOf } from "../memory-aws/from-world.ts";
import { day, hour, minute, newImage, newWorld, type OpenWorld } from "../world.ts";
import { deploy, firstConfiguration } from "./deployments.ts";
import { newSimulation } from "./engine.ts";
import { firstFastLaunch } from "./fast-launch.ts";
import { addFleets, firstFleets } from "./fleets.ts";
import { Journal } from "./journal.ts";
import { addEarlierStarts, startsOf } from "./measures.ts";
import { parameterOf } from "./people.ts";
import { addPlaces, firstPlaces } from "./places.ts";
import type { Simulation } from "./simulation.ts";

/** How long EC2 may show an earlier state, in milliseconds. */
const remembered = 2 * minute;

/** A history's first moment: a deployment, its upstream and the images that there are. */
export function firstWorld(seed: number, options: Parameters<typeof newSimulation>[2]): Simulation {
  // From the days before a Patch Tuesday to those after it.
  const start = Date.parse("2026-11-02T00:00:00Z") + (seed % 12) * day + (seed % 86_400) * 1000;
  const s = newSimulation(seed, start, options);
  const random = s.random.named("first world");
  const stage = `s${seed}`;
  s.starts = startsOf(s.random.named("starts"));
  const fleets = firstFleets(s.random.named("fleets"), seed);
  const fastLaunch = firstFastLaunch(s.random.named("fast launch"), seed);
  const places = firstPlaces(s.random.named("places"), seed);
  const configuration = firstConfiguration(random, stage, { fleets, places, slowStart: s.starts.policy, fastLaunch });
  const world = { ...newWorld({}, new Date(start).toISOString()), stage, configuration };
  world.images = [];
  const images = random.pick([0, 3, 20]);
  for (const { name } of configuration.variants) if (images > 0) addImages(world, name, images);
  if (s.starts.policy?.maxHold !== undefined) addEarlierStarts(world, s.random.named("earlier starts"));
  const account = accountOf({ ...world, upstream: {} });
  const journal: Simulation["account"]["images"] = new Journal(s.now, remembered);
  for (const [id, image] of account.images) journal.set(id, image);
  const fastLaunches: Simulation["account"]["fastLaunches"] = new Journal(s.now, remembered);
  s.account = Object.assign(account, { images: journal, fastLaunches, now: s.now, room: random.pick([1, 3, 60]) });
  s.environment = { ...environmentOf(world), ...rolesOf(stage) };
  s.upstream = {
    patches: new Map([
      ["1.35", 7],
      ["1.36", 2],
    ]),
    binariesSince: new Map(),
    lagsUntil: 0,
    silentUntil: 0,
  };
  for (const [minor, patch] of s.upstream.patches) s.account.clusterVersions.set(minor, `${minor}.${patch}`);
  deploy(s, configuration);
  addFleets(s);
  addPlaces(s);
  enterTruth(s, world);
  return s;
}

/** Each history has roles of its own: the functions remember the credentials that they got. */
function rolesOf(stage: string) {
  const role = (name: string) => `arn:aws:iam::${ownerId}:role/${name}-${stage}`;
  return { PLACES_ROLE: role("places"), FLEETS_ROLE: role("fleets"), FAST_LAUNCH_ROLE: role("fast-launch") };
}

/** Images of a variant, two days apart; the newest is in both channels, and subscribers know. */
function addImages(world: OpenWorld, name: string, count: number): void {
  const variant = world.configuration.variants.find((one) => one.name === name);
  if (!variant) throw new Error(`no variant ${name}`);
  for (let age = count; age > 0; age--) {
    const createdAt = world.now - age * 2 * day;
    const id = amiId(`${name} ${age} ${world.stage}`);
    const token = sha256(`token ${id}`);
    const inputs: Inputs = {
      baseAmi: amiId(`base ${age}`),
      kubernetes: "1.35.7",
      patchTuesday: latestPatchTuesday(createdAt, world.configuration.policies.patchTuesday),
      recipe: world.recipe,
      settings: settingsHash(variant),
      ...(variant.base === "Base" && { harvest: "d".repeat(64) }),
    };
    const image = newImage(world, {
      id,
      variant: name,
      inputs,
      token,
      name: imageName(world.stage, name, token),
      createdAt,
      provedAt: createdAt + hour,
    });
    if (age === 1)
      for (const channel of channelNames) {
        const writtenAt = createdAt + 2 * hour;
        const holds = { status: "described", createdAt, state: "available" } as const;
        world.channels[name] = { ...world.channels[name], [channel]: { image: id, version: 1, writtenAt, holds } };
        image.published[channel] = { at: writtenAt, previous: undefined };
        image.held[channel] = writtenAt;
        world.notified.add(publicationKey("published", name, channel, { version: 1, image: id, writtenAt }));
      }
    world.images.push(image);
  }
}

/** What is really so: the images were made here and proved, and the channels hold what they hold. */
function enterTruth(s: Simulation, { images, channels }: OpenWorld): void {
  for (const { id, variant, inputs, createdAt, provedAt } of images)
    s.ledger.made.set(id, { id, variant, inputs, build: `before ${id}`, createdAt, proof: "passed", provedAt });
  for (const [variant, held] of Object.entries(channels))
    for (const [channel, one] of Object.entries(held)) {
      const parameter = parameterOf(s, variant, channel);
      const before = images.flatMap(({ id, variant: own, held: { [channel as ChannelName]: since } }) =>
        own === variant && id !== one.image && since !== undefined
          ? [{ image: id, since, by: "service" as const }]
          : [],
      );
      s.ledger.held.set(parameter, [...before, { image: one.image, since: one.writtenAt, by: "service" }]);
      s.ledger.announced.push({ parameter, image: one.image, at: one.writtenAt });
    }
}
