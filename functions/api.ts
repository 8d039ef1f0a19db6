import { config } from "../config.ts";
import { createHandler } from "./api/handler.ts";
import { parseConfiguration } from "./config/configuration.ts";
import { readEnvironment } from "./config/environment.ts";

export const handler = createHandler(readEnvironment(process.env), parseConfiguration(config));
