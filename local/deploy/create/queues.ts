import { CreateQueueCommand, GetQueueAttributesCommand, SetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { z } from "zod";
import { creator, updater } from "../creator.ts";

const inputsOfQueue = {
  name: z.string(),
  fifoQueue: z.literal(false),
  contentBasedDeduplication: z.literal(false),
  delaySeconds: z.number(),
  messageRetentionSeconds: z.number().optional(),
  redrivePolicy: z.string().optional(),
  sqsManagedSseEnabled: z.boolean().optional(),
  visibilityTimeoutSeconds: z.number(),
};

export const createQueue = creator(inputsOfQueue, async (inputs, { sqs }) => {
  const { QueueUrl } = await sqs.send(
    new CreateQueueCommand({ QueueName: inputs.name, Attributes: attributesOf(inputs) }),
  );
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }));
  return { id: QueueUrl as string, state: { url: QueueUrl, arn: Attributes?.QueueArn } };
});

export const updateQueue = updater(inputsOfQueue, async (inputs, { sqs }, { id }) => {
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl: id, Attributes: attributesOf(inputs) }));
  return {};
});

const Inputs = z.strictObject(inputsOfQueue);

function attributesOf(inputs: z.infer<typeof Inputs>): Record<string, string> {
  const attributes = {
    DelaySeconds: inputs.delaySeconds,
    MessageRetentionPeriod: inputs.messageRetentionSeconds,
    RedrivePolicy: inputs.redrivePolicy,
    SqsManagedSseEnabled: inputs.sqsManagedSseEnabled,
    VisibilityTimeout: inputs.visibilityTimeoutSeconds,
  };
  const given = Object.entries(attributes).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([key, value]) => [key, String(value)]));
}

export const createQueuePolicy = creator(
  { queueUrl: z.string(), policy: z.string() },
  async ({ queueUrl, policy }, { sqs }) => {
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl: queueUrl, Attributes: { Policy: policy } }));
    return { id: queueUrl };
  },
);
