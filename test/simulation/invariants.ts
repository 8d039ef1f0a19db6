import { recordsPrefix } from "../../functions/domain/records.ts";
import { hour } from "../world.ts";
import type { Effect } from "./effects.ts";
import { checkStart } from "./invariants/builds.ts";
import { checkWrite } from "./invariants/channels.ts";
import { checkFastLaunchChange } from "./invariants/fast-launch.ts";
import { checkFleetChange } from "./invariants/fleets.ts";
import { checkImageChange } from "./invariants/images.ts";
import { checkNotification } from "./invariants/notifications.ts";
import { checkGiven, checkPlaceChange, checkTakenAway } from "./invariants/places.ts";
import { checkSweep } from "./invariants/sweep.ts";
import type { Run, Simulation } from "./simulation.ts";

/** Checks, before it happens, that what a function is about to do is what its users may rely on. */
export function check(simulation: Simulation, run: Run, effect: Effect): undefined {
  // A deployment changes nothing about a run that has begun.
  const s = { ...simulation, configuration: run.configuration };
  s.tell(describe(effect));
  if (s.isCalm && !isRetiredLate(s, effect) && !isRolledLate(s, effect))
    s.violate("a calm world is left alone", `${run.name} does ${describe(effect)}`);
  switch (effect.kind) {
    case "write":
      return checkWrite(s, run, effect);
    case "start":
      return checkStart(s, run, effect.variables);
    case "image":
      return checkImageChange(s, run, effect.change, effect.image);
    case "fast-launch":
      return checkFastLaunchChange(s, effect.change, effect.image);
    case "fleet":
      return checkFleetChange(s, run, effect);
    case "place":
      return checkPlaceChange(s, run, effect);
    case "sharing":
      if (effect.change === "give") return checkGiven(s, effect.image);
      return checkTakenAway(s, run, { ...effect, accounts: new Set([effect.account]), words: describe(effect) });
    case "sweep":
      return checkSweep(s, effect.resource);
    case "tell":
      return checkNotification(s, run, effect.notification);
  }
}

/** Fleets have used old images until lately, and what was shared goes a grace later, so these go later than the others. */
function isRetiredLate({ configuration, ledger, account }: Simulation, effect: Effect): boolean {
  if (configuration.fleets.length === 0 && configuration.places.length === 0) return false;
  if (effect.kind === "image" || effect.kind === "fast-launch")
    return ledger.used.has(effect.image) || wasShared(account, effect.image);
  return effect.kind === "other" && /records\/retirements\/|:retired-at"/.test(effect.what);
}

/** A window may have opened only lately, and a rollout is told of run by run. */
function isRolledLate({ configuration, ledger, now }: Simulation, effect: Effect): boolean {
  const late = configuration.fleets.filter(
    ({ name, window }) =>
      window !== "always" && ledger.rolled.some(({ fleet, at }) => fleet === name && now() - at < 36 * hour),
  );
  const isOf = (kinds: string[], what: string) =>
    kinds.some((kind) => late.some(({ name }) => what.includes(`${kind}/${name}/`)));
  if (effect.kind === "tell") return isOf(["rollout-begun", "rollout-done"], effect.notification.key);
  return (
    effect.kind === "other" &&
    isOf(["announced/rollout-begun", "announced/rollout-done", "records/arrivals"], effect.what)
  );
}

function wasShared({ objects }: Simulation["account"], image: string): boolean {
  return [...objects.keys()].some((key) => key.startsWith(`${recordsPrefix}unshares/${image}/`));
}

function describe(effect: Effect): string {
  switch (effect.kind) {
    case "write":
      return `a write of ${effect.image} to ${effect.channel}`;
    case "start":
      return `a ${effect.variables.PURPOSE}`;
    case "image":
      return `${effect.change} of ${effect.image}`;
    case "fleet":
      return `a change of ${effect.fleet.name}: ${effect.image ?? "none of its image"}`;
    case "place":
      return `${effect.change} of ${effect.image} in ${effect.place.name}`;
    case "sharing":
      return `${effect.change} ${effect.image}: ${effect.account}`;
    case "sweep":
      return `a removal of ${effect.resource}`;
    case "tell":
      return `a notification ${effect.notification.key}`;
    case "fast-launch":
      return `${effect.change} of ${effect.image}`;
    case "other":
      return effect.what;
  }
}
