import { createHash } from "node:crypto";
import { nothingWithoutTls, policyDocument } from "./account.ts";
import { subscribers } from "./configuration.ts";

/** Hears of every published image and of every build that keeps failing. */
export const notifications = new sst.aws.SnsTopic("Notifications");

// It replaces SNS's own, which lets every identity of the account do what its policies do not forbid. Who publishes and subscribes is said by
// the identity's own policy.
new aws.sns.TopicPolicy("NotificationsPolicy", {
  arn: notifications.arn,
  policy: policyDocument([nothingWithoutTls("sns:Publish", notifications.arn)]),
});

for (const { protocol, endpoint } of subscribers) {
  const id = createHash("sha256").update(`${protocol} ${endpoint}`).digest("hex").slice(0, 8);
  new aws.sns.TopicSubscription(`NotificationsTo${id}`, { topic: notifications.arn, protocol, endpoint });
}
