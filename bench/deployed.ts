import { fileURLToPath } from "node:url";
import type { ConfigurationInput } from "../functions/config/configuration.ts";
import type { CreatedResource } from "../local/deploy/cloud.ts";
import { openGraphs } from "../local/deploy/graph.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** The resources that `sst.config.ts` declares for a configuration. Nothing is created. */
export async function resourcesOf(configuration: ConfigurationInput): Promise<CreatedResource[]> {
  const graphs = await openGraphs(root);
  try {
    return (await graphs.read({ configuration, stage: "production" })).resources;
  } finally {
    await graphs.close();
  }
}
