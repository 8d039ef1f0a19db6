import type { ConfigurationInput } from "../functions/config/configuration.ts";

/** A fleet of each kind, for the `fleets` of your config.ts. docs/fleets.md explains them. */
export const config: ConfigurationInput = {
  variants: [{ windows: 2022, kubernetes: "1.35" }],
  fleets: [
    {
      // A managed node group whose launch template names an image ID.
      name: "web-staging",
      variant: "windows-2022-core-1.35",
      channel: "candidate",
      kind: "managed-node-group",
      cluster: "staging",
      group: "windows-web",
      mode: "roll",
      window: "always",
      alarms: ["web-staging-errors"],
    },
    {
      // An Auto Scaling group whose launch template names an image ID. A lifecycle hook lets the node termination handler drain.
      name: "web-production",
      variant: "windows-2022-core-1.35",
      kind: "auto-scaling-group",
      cluster: "production",
      group: "windows-web-asg",
      mode: "roll",
      window: { days: ["Tue", "Wed", "Thu"], from: "22:00", to: "04:00", timeZone: "Europe/Berlin" },
      blackouts: [{ from: "2026-12-18", to: "2027-01-06", reason: "Christmas" }],
      after: { fleet: "web-staging", healthyFor: "12h" },
      wave: "production",
      alarms: ["web-production-errors"],
      pace: { minHealthy: 100, maxHealthy: 110, checkpoints: [25, 100], checkpointDelay: "30m" },
      rollback: "at once",
    },
    {
      // Karpenter, which follows a parameter of the fleet's own.
      name: "batch-production",
      variant: "windows-2022-core-1.35",
      kind: "karpenter",
      cluster: "production",
      group: "windows-batch",
      parameter: "own",
      mode: "roll",
      window: { days: ["Sat"], from: "06:00", to: "18:00", timeZone: "Europe/Berlin" },
      wave: "production",
    },
    {
      // Karpenter, which follows the channel itself. It can only be watched.
      name: "tools",
      variant: "windows-2022-core-1.35",
      kind: "karpenter",
      cluster: "tools",
      group: "windows",
      parameter: "channel",
    },
  ],
};
