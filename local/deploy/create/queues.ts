import { CreateQueueCommand, GetQueueAttributesCommand, SetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { z } from "zod";
import { creator } from "../creator.ts";

export const createQueue = creator(
  {
    name: z.string(),
    fifoQueue: z.literal(false),
    contentBasedDeduplication: z.literal(false),
    delaySeconds: z.number(),
    messageRetentionSeconds: z.number().optional(),
    redrivePolicy: z.string().optional(),
    sqsManagedSseEnabled: z.boolean().optional(),
    visibilityTimeoutSeconds: z.number(),
  },
  async (inputs, { sqs }) => {
    const attributes = {
      DelaySeconds: inputs.delaySeconds,
      MessageRetentionPeriod: inputs.messageRetentionSeconds,
      RedrivePolicy: inputs.redrivePolicy,
      SqsManagedSseEnabled: inputs.sqsManagedSseEnabled,
      VisibilityTimeout: inputs.visibilityTimeoutSeconds,
    };
    const given = Object.entries(attributes).filter(([, value]) => value !== undefined);
    const { QueueUrl } = await sqs.send(
      new CreateQueueCommand({
        QueueName: inputs.name,
        Attributes: Object.fromEntries(given.map(([key, value]) => [key, String(value)])),
      }),
    );
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }));
    return { id: QueueUrl as string, state: { url: QueueUrl, arn: Attributes?.QueueArn } };
  },
);

export const createQueuePolicy = creator(
  { queueUrl: z.string(), policy: z.string() },
  async ({ queueUrl, policy }, { sqs }) => {
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl: queueUrl, Attributes: { Policy: policy } }));
    return { id: queueUrl };
  },
);
