import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { z } from "zod";
import { orAborted } from "./stall.ts";

/** The form that machine subscribers receive. */
const Body = z.looseObject({
  kind: z.string(),
  variant: z.string(),
  channel: z.string().optional(),
  image: z.string().optional(),
  text: z.string(),
});
/** The subject of a notification is that of the mail. */
export type Notification = z.infer<typeof Body> & { subject: string };

/** The envelope that SNS puts around a message. */
const Envelope = z.object({ Subject: z.string().default(""), Message: z.string() });

/** The stack's own subscriber: an SQS queue whose ARN can be named in config.ts. */
export type Inbox = {
  arn: string;
  /** All notifications received so far, in order. */
  notifications(): Notification[];
  /** Resolves once every notification that was sent has been received. Rejects with the signal's reason. */
  idle(signal?: AbortSignal): Promise<void>;
  stop(): Promise<void>;
};

type Aws = { endpoint: string; region: string; credentials: { accessKeyId: string; secretAccessKey: string } };

/**
 * @param received is called for each notification as it arrives
 * @param onFailure is called once if the queue can no longer be read
 */
export async function openInbox(
  aws: Aws,
  received: (notification: Notification) => void,
  onFailure: (error: Error) => void,
): Promise<Inbox> {
  const sqs = new SQSClient(aws);
  const { QueueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName: "subscriber-inbox" }));
  const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }));
  const notifications: Notification[] = [];
  const stopping = new AbortController();
  let round = Promise.withResolvers<void>();

  async function collect(): Promise<void> {
    while (true) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 5 }),
        { abortSignal: stopping.signal },
      );
      for (const { Body: text = "" } of Messages) {
        const { Subject: subject, Message } = Envelope.parse(JSON.parse(text));
        const notification = { ...Body.parse(JSON.parse(Message)), subject };
        notifications.push(notification);
        received(notification);
      }
      if (Messages.length > 0) {
        const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
        await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }), { abortSignal: stopping.signal });
      }
      round.resolve();
      round = Promise.withResolvers();
    }
  }

  async function isEmpty(): Promise<boolean> {
    const { Attributes: counts = {} } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }),
    );
    const { ApproximateNumberOfMessages = 0, ApproximateNumberOfMessagesNotVisible = 0 } = counts;
    return Number(ApproximateNumberOfMessages) + Number(ApproximateNumberOfMessagesNotVisible) === 0;
  }

  const collected = collect().catch((cause) => {
    if (!stopping.signal.aborted) onFailure(new Error("receiving notifications", { cause }));
  });
  return {
    arn: Attributes.QueueArn ?? "",
    notifications: () => notifications,
    async idle(signal) {
      while (true) {
        const { promise: next } = round;
        if (await orAborted(isEmpty(), signal)) return;
        await orAborted(next, signal);
      }
    },
    async stop() {
      stopping.abort();
      await collected;
      sqs.destroy();
    },
  };
}
