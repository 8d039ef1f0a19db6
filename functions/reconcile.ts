import "./io/memory.ts";
import { config } from "../config.ts";
import { parseConfiguration } from "./config/configuration.ts";
import { readEnvironment } from "./config/environment.ts";
import { createHandler } from "./reconcile/handler.ts";

export const handler = createHandler(readEnvironment(process.env), parseConfiguration(config));
