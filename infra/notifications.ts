import { subscribers } from "./configuration.ts";
import { topic } from "./topics.ts";

/** The topic for subscribers: published images, builds that keep failing, and all else that happens to images. */
export const notifications = topic("Notifications", subscribers);
