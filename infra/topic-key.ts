import { arnOf } from "./account.ts";

/**
 * What the topics are encrypted with. Under `alias/aws/sns` no alarm could publish: the policy of AWS's own key cannot be changed. A key of ours
 * costs 1 USD a month, 2 after its first yearly rotation, 3 from the second on. Who subscribes needs no permission for it: SNS decrypts.
 * Who may use it is said in infra/topic-access.ts, once there are topics and alarms to name.
 */
export const topicKey = new aws.kms.Key("TopicKey", {
  description: `Messages to the topics of ${$app.name}, stage ${$app.stage}`,
  enableKeyRotation: true,
  // Nothing is kept under it, so nothing is lost with it. The least that AWS takes.
  deletionWindowInDays: 7,
});

/** SNS asks KMS for both in the publisher's name (SNS developer guide, "Key management"). */
export const use = ["kms:GenerateDataKey", "kms:Decrypt"];

/** SNS names the topic in the encryption context (there, "Encryption context"). */
export function forTopic(arn: $util.Input<string>) {
  return { test: "StringEquals", variable: "kms:EncryptionContext:aws:sns:topicArn", values: [arn] };
}

/** What a publisher needs besides `sns:Publish`. */
export function encryptingFor(topic: $util.Input<string>): sst.aws.FunctionPermissionArgs {
  return { actions: use, resources: [arnOf("kms", $interpolate`key/${topicKey.id}`)], conditions: [forTopic(topic)] };
}
