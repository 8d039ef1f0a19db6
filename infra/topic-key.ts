import { arnOf } from "./account.ts";

/**
 * The key that encrypts the topics. Alarms cannot publish to a topic under `alias/aws/sns`, because the policy of AWS's
 * key cannot be changed. This key costs 1 USD a month, 2 after its first yearly rotation, 3 from the second on.
 * Subscribers need no permission for it: SNS decrypts. Its policy is in `infra/topic-access.ts`, since it names the
 * topics and the alarms.
 */
export const topicKey = new aws.kms.Key("TopicKey", {
  description: `Messages to the topics of ${$app.name}, stage ${$app.stage}`,
  enableKeyRotation: true,
  // AWS's minimum. No stored data depends on the key.
  deletionWindowInDays: 7,
});

/** SNS calls both on behalf of the publisher (SNS developer guide, "Key management"). */
export const use = ["kms:GenerateDataKey", "kms:Decrypt"];

/** SNS passes the topic's ARN in the encryption context (same guide, "Encryption context"). */
export function forTopic(...arns: $util.Input<string>[]) {
  return { test: "StringEquals", variable: "kms:EncryptionContext:aws:sns:topicArn", values: arns };
}

/** The permission that a publisher needs in addition to `sns:Publish`. */
export function encryptingFor(...topics: $util.Input<string>[]): sst.aws.FunctionPermissionArgs {
  return {
    actions: use,
    resources: [arnOf("kms", $interpolate`key/${topicKey.id}`)],
    conditions: [forTopic(...topics)],
  };
}
