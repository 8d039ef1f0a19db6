import type { Effect } from "./effects.ts";
import { checkStart } from "./invariants/builds.ts";
import { checkWrite } from "./invariants/channels.ts";
import { checkFastLaunchChange } from "./invariants/fast-launch.ts";
import { checkFleetChange } from "./invariants/fleets.ts";
import { checkImageChange } from "./invariants/images.ts";
import { checkNotification } from "./invariants/notifications.ts";
import { checkSweep } from "./invariants/sweep.ts";
import type { Run, Simulation } from "./simulation.ts";

/** Checks, before it happens, that what a function is about to do is what its users may rely on. */
export function check(simulation: Simulation, run: Run, effect: Effect): undefined {
  // A deployment changes nothing about a run that has begun.
  const s = { ...simulation, configuration: run.configuration };
  s.tell(describe(effect));
  if (s.isCalm && !isRetiredLate(s, effect))
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
    case "sweep":
      return checkSweep(s, effect.resource);
    case "tell":
      return checkNotification(s, run, effect.notification);
  }
}

/** Fleets have used old images until lately, so these go later than the others. */
function isRetiredLate({ configuration, ledger }: Simulation, effect: Effect): boolean {
  if (configuration.fleets.length === 0) return false;
  if (effect.kind === "image" || effect.kind === "fast-launch") return ledger.used.has(effect.image);
  return effect.kind === "other" && /records\/retirements\/|:retired-at"/.test(effect.what);
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
