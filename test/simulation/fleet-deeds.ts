import type { Fleet } from "../../functions/config/fleet.ts";
import type { Random } from "../random.ts";
import { hour } from "../world.ts";
import { heldNow } from "./channels.ts";
import { deploy } from "./deployments.ts";
import { addNode, groupOf, noteUse, ringFor, startsFrom } from "./fleets.ts";
import { call, parameterOf } from "./people.ts";
import type { Simulation } from "./simulation.ts";

/** What people do to fleets at a bad moment. */
export const fleetDeeds: Readonly<Record<string, (s: Simulation, fleet: Fleet, random: Random) => void>> = {
  rollout: (s, fleet) => order(s, fleet),
  "order again": (s, fleet) => order(s, fleet),
  hold: (s, fleet) => call(s, "/hold", { fleet: fleet.name, reason: "an incident" }),
  release: (s, fleet) => call(s, "/release", { fleet: fleet.name, reason: "it is over" }),
  "only watch"(s, { name }) {
    const fleets = s.configuration.fleets.map((one) => (one.name === name ? { ...one, mode: "watch" as const } : one));
    deploy(s, { ...s.configuration, fleets });
    s.tell(`${name} is only watched from now on`);
  },
  alarm(s, _fleet, random) {
    ringFor(s, random.between(0, 12) * hour);
  },
  "another node"(s, fleet) {
    const image = startsFrom(s, fleet);
    if (image === undefined || s.account.images.get(image)?.State !== "available") return;
    addNode(s, fleet.name, image);
    noteUse(s);
    s.tell(`${fleet.name} grows by a node of ${image}`);
  },
  "move by hand"(s, fleet, random) {
    if (fleet.kind === "karpenter") return;
    const group = groupOf(s, fleet);
    const versions = s.account.templates.get(group.template) ?? [];
    group.version = random.pick(versions).VersionNumber ?? 1;
    group.started = group.version;
    s.tell(`a person moves ${fleet.name} to version ${group.version}`);
  },
};

/** A person orders what the channel holds now. */
function order(s: Simulation, { name: fleet, variant, channel }: Fleet): void {
  const image = heldNow(s, parameterOf(s, variant, channel));
  call(s, "/rollout", { fleet, reason: "now" }, () => {
    // The channel may move while the call is on its way.
    for (const one of new Set([image, heldNow(s, parameterOf(s, variant, channel))]))
      if (one !== undefined) s.ledger.ordered.push({ fleet, image: one, at: s.now() });
  });
}

/** In half of the histories people want all first rollouts at the beginning, so that what follows follows by itself. */
export function orderFirstRollouts(s: Simulation): void {
  const random = s.random.named("first rollouts");
  if (!random.chance(0.5)) return;
  for (const fleet of s.configuration.fleets)
    s.after(random.between(0, 12) * hour, `first order of ${fleet.name}`, () => order(s, fleet));
}

/** People let a fleet go on, and order what it waits for until it has once been rolled. */
export function letRoll(s: Simulation, fleet: Fleet): void {
  call(s, "/release", { fleet: fleet.name, reason: "all is mended" });
  for (const hours of [1, 30, 60, 90])
    s.after(hours * hour, `order ${fleet.name} after ${hours} hours`, () => order(s, fleet));
}

/** How a fleet is meant to be in the end. */
export function modeOf({ name }: Fleet): Fleet["mode"] {
  return name === "watched" ? "watch" : "roll";
}
