import type { NamedCheck } from "./check-names.ts";
import type { Checked } from "./proof-output.ts";
import { list, map, type StepContext, setting } from "./step-context.ts";

/**
 * Runs one check on the machine: returns what it found, or throws an error that says what is wrong.
 * @param each the current value of the loop around the check, empty without a loop
 */
export type RunCheck = (context: StepContext, each: string) => string;

/** ChecksByName by their name as the script writes it. */
export type ChecksByName = Record<string, RunCheck>;

/** The values of the loops that iterate over a setting, by the loop's variable. */
const loopLists: Record<string, (context: StepContext) => string[]> = {
  reference: (context) => list(context, "CONTAINER_IMAGES"),
  registry: (context) => Object.keys(map(context, "REGISTRY_MIRRORS")),
};

/**
 * Runs every check of the scripts that applies to the recipe.
 * @throws Error if the stand-in has no model of a check, so that no check passes without having run
 */
export function runChecks(named: NamedCheck[], checks: ChecksByName, context: StepContext): Checked[] {
  const wanted = setting(context, "KUBERNETES_VERSION");
  return named.flatMap(({ name, loop, recipe }) => {
    if (recipe && recipe !== setting(context, "RECIPE_KIND")) return [];
    const run = checks[name];
    if (!run) throw new Error(`The stand-in has no model of the check "${name}".`);
    if (!loop) return checked(name, () => run(context, ""));
    const values = loop.values ?? loopLists[loop.variable]?.(context);
    if (!values) throw new Error(`The stand-in does not know the values of $${loop.variable} in the check "${name}".`);
    return values.map((value) =>
      checked(name.replaceAll(`$${loop.variable}`, value).replaceAll("$wanted", wanted), () => run(context, value)),
    );
  });
}

/** A check passes unless it throws. The error's message is then the detail. */
function checked(name: string, run: () => string): Checked {
  try {
    return { name, passed: true, detail: run() };
  } catch (error) {
    return { name, passed: false, detail: (error as Error).message };
  }
}

/** @throws Error unless the condition holds */
export function assertThat(condition: boolean, message: string): void {
  if (!condition) throw new Error(message);
}
