import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { clientSettings } from "./client-settings.ts";

const sqs = new SQSClient(clientSettings);

/**
 * Triggers a reconcile run. If the message is lost, the next scheduled run finds the change.
 * @param call the API call, for the record: `revoke ami-0123456789abcdef0`
 * @param delaySeconds how long the queue holds the message back, at most 900 (SQS API reference, SendMessage)
 */
export async function triggerReconcile(
  queueUrl: string,
  { variant, call }: { variant: string; call: string },
  delaySeconds = 0,
): Promise<void> {
  const MessageBody = JSON.stringify({ trigger: "manual", variant, call });
  await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody, DelaySeconds: delaySeconds }));
}
