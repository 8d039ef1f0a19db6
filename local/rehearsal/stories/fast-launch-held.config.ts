import type { ConfigurationInput } from "../../../functions/config/configuration.ts";
import { config as told } from "./fast-launch.config.ts";

/** As before, but channels wait for a slow image. The story's last act deploys it. */
export const config: ConfigurationInput = {
  ...told,
  policies: { ...told.policies, slowStart: { maxHold: "6h" } },
};
