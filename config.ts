import type { ConfigurationInput } from "./functions/config/configuration.ts";

/** The one file to edit: which images there are, how they are made, who is told. Data only; defaults stand in functions/configuration.ts and functions/policies.ts. */
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
