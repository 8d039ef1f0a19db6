import { operators } from "./configuration.ts";
import { topic } from "./topics.ts";

/** Hears that the service itself needs a person: alarms, and that they are over. */
export const operations = topic("Operations", operators);
