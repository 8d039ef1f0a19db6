import { accountId, arnOf, nothingWithoutTls, partition, policyDocument } from "./account.ts";
import { alarms } from "./alarms.ts";
import { chatTopic } from "./chat.ts";
import { notifications } from "./notifications.ts";
import { operations } from "./operations.ts";
import { forTopic, topicKey, use } from "./topic-key.ts";

const ofAlarms = [
  {
    test: "ArnEquals",
    variable: "aws:SourceArn",
    values: alarms.map(({ name }) => arnOf("cloudwatch", $interpolate`alarm:${name}`)),
  },
  { test: "StringEquals", variable: "aws:SourceAccount", values: [accountId] },
];
const cloudWatch = [{ type: "Service", identifiers: ["cloudwatch.amazonaws.com"] }];
const account = [{ type: "AWS", identifiers: [$interpolate`arn:${partition}:iam::${accountId}:root`] }];

// These replace SNS's default policies, which allow every identity of the account everything that its own policies do
// not deny. Here an identity's own policy decides whether it can publish and subscribe.
new aws.sns.TopicPolicy("NotificationsPolicy", {
  arn: notifications.arn,
  policy: policyDocument([nothingWithoutTls("sns:Publish", notifications.arn)]),
});

if (chatTopic)
  new aws.sns.TopicPolicy("ChatPolicy", {
    arn: chatTopic.arn,
    policy: policyDocument([nothingWithoutTls("sns:Publish", chatTopic.arn)]),
  });

new aws.sns.TopicPolicy("OperationsPolicy", {
  arn: operations.arn,
  policy: policyDocument([
    {
      sid: "OurAlarms",
      actions: ["sns:Publish"],
      resources: [operations.arn],
      principals: cloudWatch,
      conditions: ofAlarms,
    },
    nothingWithoutTls("sns:Publish", operations.arn),
  ]),
});

// In a key's policy, `*` means the key.
new aws.kms.KeyPolicy("TopicKeyPolicy", {
  keyId: topicKey.id,
  policy: policyDocument([
    {
      sid: "Administration",
      actions: [
        "kms:CancelKeyDeletion",
        "kms:CreateAlias",
        "kms:DeleteAlias",
        "kms:DescribeKey",
        "kms:DisableKey",
        "kms:DisableKeyRotation",
        "kms:EnableKey",
        "kms:EnableKeyRotation",
        "kms:GetKeyPolicy",
        "kms:GetKeyRotationStatus",
        "kms:ListKeyPolicies",
        "kms:ListResourceTags",
        "kms:PutKeyPolicy",
        "kms:ScheduleKeyDeletion",
        "kms:TagResource",
        "kms:UntagResource",
        "kms:UpdateKeyDescription",
      ],
      resources: ["*"],
      principals: account,
    },
    // Also requires that the identity's own policy allows it.
    {
      sid: "Publishers",
      actions: use,
      resources: ["*"],
      principals: account,
      conditions: [forTopic(notifications.arn, ...(chatTopic ? [chatTopic.arn] : []))],
    },
    {
      sid: "OurAlarms",
      actions: use,
      resources: ["*"],
      principals: cloudWatch,
      conditions: [...ofAlarms, forTopic(operations.arn)],
    },
  ]),
});
