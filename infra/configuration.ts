import { config } from "../config.ts";
import { parseConfiguration } from "../functions/config/configuration.ts";

export const {
  variants,
  registryAccounts,
  pullThroughCachePrefixes,
  policies,
  fleets,
  places,
  subscribers,
  chat,
  operators,
  callers,
} = parseConfiguration(config);
