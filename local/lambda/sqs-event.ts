import type { Message } from "@aws-sdk/client-sqs";
import type { SQSEvent, SQSMessageAttribute, SQSRecordAttributes } from "aws-lambda";

export type QueueMessage = Message & { MessageId: string; ReceiptHandle: string };

/** The event that Lambda makes from messages of a queue. */
export function sqsEvent(messages: QueueMessage[], queueArn: string): SQSEvent {
  return {
    Records: messages.map((message) => ({
      messageId: message.MessageId,
      receiptHandle: message.ReceiptHandle,
      body: message.Body ?? "",
      attributes: (message.Attributes ?? {}) as unknown as SQSRecordAttributes,
      messageAttributes: Object.fromEntries(
        Object.entries(message.MessageAttributes ?? {}).map(([name, attribute]) => [
          name,
          {
            dataType: attribute.DataType as SQSMessageAttribute["dataType"],
            stringListValues: [],
            binaryListValues: [],
            ...(attribute.StringValue !== undefined && { stringValue: attribute.StringValue }),
            ...(attribute.BinaryValue && { binaryValue: Buffer.from(attribute.BinaryValue).toString("base64") }),
          },
        ]),
      ),
      md5OfBody: message.MD5OfBody ?? "",
      ...(message.MD5OfMessageAttributes && { md5OfMessageAttributes: message.MD5OfMessageAttributes }),
      eventSource: "aws:sqs",
      eventSourceARN: queueArn,
      awsRegion: queueArn.split(":")[3] ?? "",
    })),
  };
}
