import { config } from "../config.ts";
import { parseConfiguration } from "../functions/configuration.ts";

export const { policies, subscribers } = parseConfiguration(config);
