import { bundleSize } from "../local/lambda/bundle-size.ts";
import type { Group } from "./group.ts";

/** What a cold start loads. */
export const bundles: Group = {
  figures: [{ key: "bundleKb", what: "larger of the two bundles after gzip, as deployed", unit: "KB", atMost: 400 }],
  async measure() {
    const sizes = await Promise.all(["functions/reconcile.handler", "functions/api.handler"].map(bundleSize));
    return { bundleKb: Math.max(...sizes) / 1024 };
  },
};
