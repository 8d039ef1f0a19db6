import { createHash } from "node:crypto";
import { subscribers } from "./configuration.ts";

/** Hears of every published image and of every build that keeps failing. */
export const notifications = new sst.aws.SnsTopic("Notifications");

for (const { protocol, endpoint } of subscribers) {
  const id = createHash("sha256").update(`${protocol} ${endpoint}`).digest("hex").slice(0, 8);
  new aws.sns.TopicSubscription(`NotificationsTo${id}`, { topic: notifications.arn, protocol, endpoint });
}
