import { passing, unsought } from "./exceptions.ts";
import type { Fact } from "./facts.ts";
import { isListed, isSameThing, say } from "./things.ts";

export const generalize = "sysprep/generalize.ps1";
export const inventory = "proof/scripts/00-inventory.ps1";

/** What generalizing takes away is what the proof looks for, and the other way round. */
export function leftovers(all: Fact[]): string[] {
  const removed = all.filter(({ act, place }) => act === "removes" && place.script === generalize);
  const soughtFor = all.filter(
    (fact) => fact.act === "reads" && fact.place.script === inventory && !isListed(passing, fact),
  );
  return [
    ...removed
      .filter((fact) => !isListed(unsought, fact) && !soughtFor.some((other) => isSameThing(fact, other)))
      .map(say("is taken away, but the proof does not look for it")),
    ...soughtFor
      .filter((fact) => !removed.some((other) => isSameThing(fact, other)))
      .map(say("is looked for by the proof, but not taken away")),
  ];
}

/** Whether generalizing takes it away, or gives it back the value it had. */
export function isTakenAway(fact: Fact, all: Fact[]): boolean {
  return all.some(
    (other) => other.place.script === generalize && other !== fact && other.act !== "reads" && isSameThing(fact, other),
  );
}
