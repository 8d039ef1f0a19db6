import type { NamedCheck } from "./check-names.ts";
import type { Checked } from "./results.ts";
import { list, map, type Situation, setting } from "./situation.ts";

/** Looks at the machine for one check: answers what it found, or throws what is wrong. `each` is what the loop around the check is at. */
export type Look = (situation: Situation, each: string) => string;

/** By the check's name as it stands in its script. */
export type Looks = Record<string, Look>;

/** What the variables of the scripts' loops go through. */
const LISTS: Record<string, (situation: Situation) => string[]> = {
  reference: (situation) => list(situation, "CONTAINER_IMAGES"),
  registry: (situation) => Object.keys(map(situation, "REGISTRY_MIRRORS")),
};

/**
 * Every check that the scripts have, by its name there.
 * @throws Error on a check that the stand-in cannot tell the outcome of: no check passes because nobody looks
 */
export function runChecks(named: NamedCheck[], looks: Looks, situation: Situation): Checked[] {
  const wanted = setting(situation, "KUBERNETES_VERSION");
  return named.flatMap(({ name, loop, recipe }) => {
    if (recipe && recipe !== setting(situation, "RECIPE_KIND")) return [];
    const look = looks[name];
    if (!look) throw new Error(`The stand-in has no model of the check "${name}".`);
    if (!loop) return checked(name, () => look(situation, ""));
    const values = loop.values ?? LISTS[loop.variable]?.(situation);
    if (!values)
      throw new Error(`The stand-in does not know what $${loop.variable} of the check "${name}" goes through.`);
    return values.map((value) =>
      checked(name.replaceAll(`$${loop.variable}`, value).replaceAll("$wanted", wanted), () => look(situation, value)),
    );
  });
}

/** Passed unless it throws; what it threw is the detail. */
function checked(name: string, look: () => string): Checked {
  try {
    return { name, passed: true, detail: look() };
  } catch (error) {
    return { name, passed: false, detail: (error as Error).message };
  }
}

/** @throws Error unless the condition holds */
export function assertThat(condition: boolean, message: string): void {
  if (!condition) throw new Error(message);
}
