import { createHash } from "node:crypto";
import type { subscribers } from "./configuration.ts";
import { topicKey } from "./topic-key.ts";

/** An encrypted topic with its subscribers. */
export function topic(name: string, listeners: typeof subscribers): sst.aws.SnsTopic {
  const created = new sst.aws.SnsTopic(name, { transform: { topic: { kmsMasterKeyId: topicKey.id } } });
  for (const { protocol, endpoint } of listeners) {
    const id = createHash("sha256").update(`${protocol} ${endpoint}`).digest("hex").slice(0, 8);
    new aws.sns.TopicSubscription(`${name}To${id}`, { topic: created.arn, protocol, endpoint });
  }
  return created;
}
