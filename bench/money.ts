import { config } from "../config.ts";
import { buildCosts, monthOfImage } from "../local/cost/build.ts";
import { type Cost, idleCosts } from "../local/cost/idle.ts";
import { twelve } from "../test/freshness/freshness.ts";
import { resourcesOf } from "./deployed.ts";
import type { Group } from "./group.ts";

/** What AWS charges, computed from the deployed resources and public prices: no machine changes these figures. */
export const money: Group = {
  figures: [
    { key: "idleDollars", what: "a month without builds, twelve variants, without images", unit: "USD", atMost: 3 },
    { key: "buildCost", what: "a build", unit: "USD" },
    { key: "imageDollars", what: "a month of an image", unit: "USD" },
  ],
  async measure() {
    const idle = idleCosts(await resourcesOf({ ...config, variants: twelve }), twelve.length);
    const resources = await resourcesOf(config);
    return {
      idleDollars: idle.reduce((sum, { usd }) => sum + usd, 0),
      buildCost: byName(buildCosts(resources, config)),
      imageDollars: monthOfImage(),
    };
  },
};

function byName(costs: readonly Cost[]): Record<string, number> {
  return Object.fromEntries(costs.map(({ resource, usd }) => [resource, usd]));
}
