import { subscribers } from "./configuration.ts";
import { topic } from "./topics.ts";

/** The topic for subscribers: published images, builds that keep failing, and all else that happens to images. */
export const notifications = topic("Notifications", subscribers);

// `sst deploy` shows a program's standard error, but no warnings of Pulumi's.
if (subscribers.length === 0)
  process.stderr.write("No subscriber is notified of images and failed builds: `subscribers` in config.ts is empty.\n");
