import type { ConfigurationInput } from "../functions/config/configuration.ts";

/** Fast Launch for what nodes follow, and the fleets that can use it. docs/fast-launch.md and docs/node-starts.md explain it. */
export const config: ConfigurationInput = {
  variants: [
    {
      windows: 2022,
      kubernetes: "1.35",
      // Nodes whose template maps no root volume get this size and this throughput.
      diskGiB: 100,
      diskThroughput: 250,
    },
  ],
  policies: {
    // An image that starts half as slowly again as usual is told, and waits two days at most for somebody to look.
    slowStart: { factor: 1.5, maxHold: "2d" },
    fastLaunch: {
      channels: ["stable"],
      // As many nodes as start at about the same time. Each start uses a snapshot up, and EC2 makes another one.
      targetResourceCount: 5,
      // The least. Of a quota of 40 there is room for six images.
      maxParallelLaunches: 6,
      // Nodes get a security fix first and its snapshots later.
      before: "never",
    },
  },
  fleets: [
    {
      // Its launch template, that of node-starts.cfn.yaml, maps no root volume. doctor looks.
      name: "web-production",
      variant: "windows-2022-core-1.35",
      kind: "auto-scaling-group",
      cluster: "production",
      group: "windows-web",
      parameter: "channel",
    },
  ],
};
