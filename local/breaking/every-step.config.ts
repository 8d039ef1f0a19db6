import type { ConfigurationInput } from "../../functions/config/configuration.ts";

/** At least as many variants as a build has scripts, so that each script can be broken in a build of its own. */
const scripts = 15;

export const config: ConfigurationInput = {
  variants: Array.from({ length: scripts }, (_, index) => ({
    name: `broken-at-${index + 1}`,
    windows: 2022,
    kubernetes: "1.35",
  })),
  policies: { soak: "6h", maxParallel: 6 },
};
