import { operators } from "./configuration.ts";
import { topic } from "./topics.ts";

/** Hears that the service itself needs a person: alarms, and that they are over. */
export const operations = topic("Operations", operators);

// `sst deploy` shows what a program writes to standard error, and of Pulumi's own warnings none.
if (operators.length === 0)
  process.stderr.write("Nobody hears the alarms of this service: `operators` in config.ts is empty.\n");
