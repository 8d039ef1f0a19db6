import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";

const sqs = new SQSClient({});

/**
 * Wakes reconcile. What is lost in between is found by the next look.
 * @param call what was called, for the record: `revoke ami-0123456789abcdef0`
 */
export async function wake(queueUrl: string, variant: string, call: string): Promise<void> {
  const MessageBody = JSON.stringify({ trigger: "manual", variant, call });
  await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody }));
}
