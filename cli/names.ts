import { parseConfiguration } from "../functions/config/configuration.ts";
import type { Context } from "./context.ts";

/** What a shell can complete. */
export interface Names {
  variants: string[];
  fleets: string[];
}

export const noNames: Names = { variants: [], fleets: [] };

/** The names in config.ts. A mistake in it is no reason to disturb somebody who types. */
export async function namesOf({ readConfig }: Pick<Context, "readConfig">): Promise<Names> {
  try {
    const { variants, fleets } = parseConfiguration(await readConfig());
    return { variants: variants.map(({ name }) => name), fleets: fleets.map(({ name }) => name) };
  } catch {
    return noNames;
  }
}
