import { config } from "../config.ts";
import { parseConfiguration } from "../functions/config/configuration.ts";

export const { variants, policies, subscribers, operators, callers } = parseConfiguration(config);
