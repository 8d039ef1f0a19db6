import { registerHooks } from "node:module";
import { buildingMutants } from "./mutants/building.ts";
import { fastLaunchMutants } from "./mutants/fast-launch.ts";
import { keepingMutants } from "./mutants/keeping.ts";
import { placesMutants } from "./mutants/places.ts";
import { publishingMutants } from "./mutants/publishing.ts";
import { rollingMutants } from "./mutants/rolling.ts";

/** A fault in the code, and the rule by which a history must find it. */
export interface Mutant {
  name: string;
  /** Below `functions/`. */
  file: string;
  /** Occurs once in the file. */
  from: string;
  to: string;
  /** Another place in the same file, where something else would prevent the same. */
  also?: { from: string; to: string };
  /** The seed of the first history to play; 1 by default. A later one spares those that are known not to find it. */
  firstSeed?: number;
  /** One of these rules is broken, in the words of the violation. */
  breaks: string[];
}

export const mutants: readonly Mutant[] = [
  ...publishingMutants,
  ...buildingMutants,
  ...keepingMutants,
  ...rollingMutants,
  ...fastLaunchMutants,
  ...placesMutants,
];

/**
 * Changes a file of the functions while it is loaded by this thread.
 * @throws Error if there is no such mutant
 */
export function mutate(name: string): void {
  const mutant = mutants.find((one) => one.name === name);
  if (!mutant) throw new Error(`no mutant "${name}"; there are: ${mutants.map((one) => one.name).join("; ")}`);
  const place = new URL(`../../functions/${mutant.file}`, import.meta.url).href;
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      return url === place ? { ...loaded, source: mutated(`${loaded.source}`, mutant) } : loaded;
    },
  });
}

/** @throws Error if the place to change does not occur exactly once */
export function mutated(source: string, { name, file, from, to, also }: Mutant): string {
  return [{ from, to }, ...(also ? [also] : [])].reduce((text, change) => {
    const parts = text.split(change.from);
    if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} times what the mutant "${name}" changes`);
    return parts.join(change.to);
  }, source);
}
