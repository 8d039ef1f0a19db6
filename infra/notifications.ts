import { subscribers } from "./configuration.ts";
import { topic } from "./topics.ts";

/** Hears what becomes of images: of every one that is published, of every build that keeps failing. */
export const notifications = topic("Notifications", subscribers);
