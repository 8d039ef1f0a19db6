import type { ConfigurationInput } from "../../../functions/config/configuration.ts";

/** What `stable` holds gets EC2 Fast Launch, and slow images are told: `npm run rehearse -- --story fast-launch`. */
export const config: ConfigurationInput = {
  variants: [{ windows: 2022, kubernetes: "1.35" }],
  policies: {
    soak: "1h",
    retention: { keep: 2, minAge: "1h" },
    fastLaunch: { channels: ["stable"], targetResourceCount: 5 },
  },
};
