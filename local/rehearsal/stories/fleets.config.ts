import type { ConfigurationInput } from "../../../functions/config/configuration.ts";

const variant = "windows-2022-core-1.35";

/** Fleets that are rolled one after another, and one that is only watched: `npm run rehearse -- --story fleets`. */
export const config: ConfigurationInput = {
  variants: [{ windows: 2022, kubernetes: "1.35" }],
  policies: { soak: "1h" },
  fleets: [
    {
      name: "staging",
      variant,
      channel: "candidate",
      kind: "managed-node-group",
      cluster: "staging",
      group: "windows",
      mode: "roll",
      window: "always",
    },
    {
      name: "production",
      variant,
      kind: "auto-scaling-group",
      group: "production",
      mode: "roll",
      window: { days: ["Tue", "Thu"], from: "22:00", to: "04:00", timeZone: "Europe/Berlin" },
      after: { fleet: "staging", healthyFor: "2h" },
      rollback: "at once",
    },
    {
      name: "batch",
      variant,
      kind: "karpenter",
      cluster: "staging",
      group: "batch",
      parameter: "own",
      mode: "roll",
      window: "always",
    },
    { name: "tools", variant, kind: "managed-node-group", cluster: "staging", group: "tools" },
  ],
};
