import { operators } from "./configuration.ts";
import { topic } from "./topics.ts";

/** The topic for operators: alarms of the service itself, when they start and when they end. */
export const operations = topic("Operations", operators);

// `sst deploy` shows a program's standard error, but no warnings of Pulumi's.
if (operators.length === 0)
  process.stderr.write("No operator is notified of this service's alarms: `operators` in config.ts is empty.\n");
