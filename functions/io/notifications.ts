import { PutObjectCommand, paginateListObjectsV2 } from "@aws-sdk/client-s3";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { oneLine } from "../config/clip.ts";
import type { Notification } from "../domain/notifications/due.ts";
import { clientSettings } from "./client-settings.ts";
import { ownTexts } from "./own-text.ts";
import { s3 } from "./s3-client.ts";

const sns = new SNSClient(clientSettings);

const prefix = "announced/";

/** SNS sends these protocols the JSON; `email` and `sms` get the text. */
const machineProtocols = ["sqs", "https", "lambda", "email-json"];

/** Entries of a list in the JSON. SNS accepts 256 KB for a message in all its forms. */
const maxEntries = 100;

/** A notification as subscribers read it. */
export interface Message {
  /** At most 100 characters of ASCII, as SNS requires. */
  subject: string;
  text: string;
  /** What changed inside the image; undefined if that is unknown. */
  inside?: readonly string[];
}

/** Keys of the notifications that subscribers have received. */
export async function readNotified(bucket: string): Promise<ReadonlySet<string>> {
  const keys = new Set<string>();
  const own = ownTexts();
  for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket: bucket, Prefix: prefix }))
    for (const { Key = "" } of page.Contents ?? []) keys.add(own(Key.slice(prefix.length)));
  return keys;
}

/**
 * Notifies the subscribers, then records it. A crash between the two notifies them twice, never not at all. The message
 * is text for mail and JSON for machines; the attributes serve filter policies.
 */
export async function sendNotification(
  { topicArn, bucket }: { topicArn: string; bucket: string },
  notification: Notification,
  { subject, text, inside }: Message,
): Promise<void> {
  const { kind, variant, key } = notification;
  const attributes = { kind, variant, ...("channel" in notification && { channel: notification.channel }) };
  const json = JSON.stringify({ ...notification, inside, text }, forMachines);
  await sns.send(
    new PublishCommand({
      TopicArn: topicArn,
      Subject: subject,
      MessageStructure: "json",
      Message: JSON.stringify({
        default: text,
        ...Object.fromEntries(machineProtocols.map((protocol) => [protocol, json])),
      }),
      MessageAttributes: Object.fromEntries(
        Object.entries(attributes).map(([name, value]) => [name, { DataType: "String", StringValue: oneLine(value) }]),
      ),
    }),
  );
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: `${prefix}${key}`, ContentLength: 0 }));
}

/** A value as the JSON has it: SNS delivers only what XML can hold. */
function forMachines(key: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, maxEntries);
  return typeof value === "string" && key !== "text" ? oneLine(value) : value;
}
