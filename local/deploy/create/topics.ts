import {
  CreateTopicCommand,
  SetTopicAttributesCommand,
  SubscribeCommand,
  UnsubscribeCommand,
} from "@aws-sdk/client-sns";
import { z } from "zod";
import { creator, type Remover } from "../creator.ts";

export const createTopic = creator(
  { name: z.string(), fifoTopic: z.literal(false), kmsMasterKeyId: z.string() },
  async ({ name, kmsMasterKeyId }, { sns }) => {
    const { TopicArn } = await sns.send(
      new CreateTopicCommand({ Name: name, Attributes: { KmsMasterKeyId: kmsMasterKeyId } }),
    );
    return { id: TopicArn as string, state: { arn: TopicArn } };
  },
);

export const createSubscription = creator(
  { topic: z.string(), protocol: z.string(), endpoint: z.string() },
  async ({ topic, protocol, endpoint }, { sns }) => {
    const { SubscriptionArn } = await sns.send(
      new SubscribeCommand({ TopicArn: topic, Protocol: protocol, Endpoint: endpoint, ReturnSubscriptionArn: true }),
    );
    return { id: SubscriptionArn as string, state: { arn: SubscriptionArn } };
  },
);

export const removeSubscription: Remover = ({ id }, { sns }) =>
  sns.send(new UnsubscribeCommand({ SubscriptionArn: id }));

export const createTopicPolicy = creator({ arn: z.string(), policy: z.string() }, async ({ arn, policy }, { sns }) => {
  await sns.send(new SetTopicAttributesCommand({ TopicArn: arn, AttributeName: "Policy", AttributeValue: policy }));
  return { id: arn };
});
