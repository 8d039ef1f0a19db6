import type { ConfigurationInput } from "../../../functions/config/configuration.ts";

/** One variant of each base family, for rehearsals: `npm run rehearse -- --story families`. */
export const config: ConfigurationInput = {
  variants: [
    { name: "eks-optimized-2022-core-1.35", windows: 2022, kubernetes: "1.35", base: "EKS_Optimized" },
    { name: "containers-latest-2022-core-1.35", windows: 2022, kubernetes: "1.35", base: "ContainersLatest" },
    { name: "base-2022-core-1.35", windows: 2022, kubernetes: "1.35", base: "Base" },
  ],
  policies: {
    maxParallel: 3,
    kubernetesSource: "eks",
  },
};
