import type { ConfigurationInput } from "../../functions/config/configuration.ts";

/** One variant, whose images soak before `stable` takes them. */
export const config: ConfigurationInput = {
  variants: [{ windows: 2022, kubernetes: "1.35" }],
  policies: { soak: "6h" },
};
