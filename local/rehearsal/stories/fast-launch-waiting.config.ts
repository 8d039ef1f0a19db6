import type { ConfigurationInput } from "../../../functions/config/configuration.ts";
import { config as told } from "./fast-launch.config.ts";

/** As before, but channels wait: for a slow image, and for the first snapshot. The story's later acts deploy it. */
export const config: ConfigurationInput = {
  ...told,
  policies: {
    ...told.policies,
    slowStart: { maxHold: "6h" },
    fastLaunch: { ...told.policies?.fastLaunch, before: "publication", maxWait: "1h" },
  },
};
