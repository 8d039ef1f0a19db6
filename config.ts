import type { ConfigurationInput } from "./functions/config/configuration.ts";

/**
 * The only file to edit: which images exist, how they are made, and who is notified. Data only. docs/configuration.md
 * has every field with its default and what is allowed.
 */
export const config: ConfigurationInput = {
  variants: [
    {
      windows: 2022,
      edition: "Core",
      kubernetes: "1.35",
      base: "EKS_Optimized",
      containerImages: [
        "mcr.microsoft.com/windows/servercore:ltsc2022",
        "mcr.microsoft.com/windows/nanoserver:ltsc2022",
      ],
    },
  ],
  policies: {
    soak: "24h",
    minInterval: "20h",
    network: { kind: "public" },
  },
  subscribers: [],
  operators: [],
};
