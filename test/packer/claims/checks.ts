import type { Fact } from "./facts.ts";
import type { Event } from "./run.ts";
import { isSameCheck } from "./things.ts";

/** Checks that look at nothing that has a name, or that hold whatever they see. */
export function emptyChecks(events: Event[], facts: Fact[]): string[] {
  return events
    .filter(({ command }) => command === "check")
    .flatMap(({ place }) => {
      const seen = facts.filter((fact) => fact.act === "reads" && isSameCheck(fact.place, place));
      const name = `${place.script}:${place.line} ${place.check}`;
      if (seen.length === 0) return `${name} looks at nothing that has a name`;
      // Asking containerd for an image throws where there is none.
      const asserts =
        seen.some(({ kind }) => kind === "container image") ||
        events.some(({ command, place: at }) => /^(Should|Assert-That)$/i.test(command) && isSameCheck(at, place));
      return asserts ? [] : `${name} asserts nothing`;
    });
}
