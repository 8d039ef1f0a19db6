import type { ConfigurationInput } from "../../../functions/config/configuration.ts";

/** Every safety policy of publication, for rehearsals: `npm run rehearse -- --story safety`. */
export const config: ConfigurationInput = {
  variants: [{ windows: 2022, kubernetes: "1.35" }],
  policies: {
    soak: "24h",
    approval: "manual",
    retention: { keep: 2, minAge: "7d", unprovedAfter: "3d" },
  },
};
