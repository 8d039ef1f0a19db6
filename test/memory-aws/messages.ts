import { createHash } from "node:crypto";
import type { SendMessageCommandInput } from "@aws-sdk/client-sqs";
import { type Account, checkText, ServiceError } from "./account.ts";

/** Bytes in a message of SNS, in all its forms together, and in one of SQS (quotas of both services). */
const maxPublished = 262_144;
const maxQueued = 1_048_576;

export const sns = {
  /** The parameters of the query protocol: an attribute is `MessageAttributes.entry.1.Value.StringValue`. */
  Publish({ published }: Account, message: Record<string, string>) {
    const { Message = "", Subject = "" } = message;
    checkText("Message", Message, maxPublished);
    if (!/^[!-~][ -~]{0,99}$/.test(Subject)) throw new ServiceError("InvalidParameter", `Subject: ${Subject}`);
    for (const [name, value] of Object.entries(message))
      if (name.endsWith(".StringValue")) checkText(name, value, maxPublished);
    published.push(message);
    return { MessageId: String(published.length) };
  },
};

export const sqs = {
  SendMessage({ queued }: Account, { MessageBody = "" }: SendMessageCommandInput) {
    checkText("MessageBody", MessageBody, maxQueued);
    queued.push(MessageBody);
    return { MessageId: String(queued.length), MD5OfMessageBody: createHash("md5").update(MessageBody).digest("hex") };
  },
};
