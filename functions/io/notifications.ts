import { PutObjectCommand, paginateListObjectsV2 } from "@aws-sdk/client-s3";
import { type MessageAttributeValue, PublishCommand, type PublishCommandInput, SNSClient } from "@aws-sdk/client-sns";
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
  /** The same for chats, as JSON. */
  chat: object;
}

/** Where notifications go, and where that is recorded. */
export interface Destination {
  topicArn: string;
  /** The topic that chats follow; undefined if there is none. */
  chatTopicArn: string | undefined;
  bucket: string;
}

type TopicName = "subscribers" | "chat";

/** Not every topic has taken a notification. */
export class PartlyNotified extends Error {
  readonly failed: readonly TopicName[];

  /** @param failed the topics that have not taken it, at least one */
  constructor(failed: readonly TopicName[], cause: Error) {
    super(`notifying ${failed.join(" and ")}: ${cause.message}`, { cause });
    this.failed = failed;
  }
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
 * Notifies the subscribers and the chats, then records it. A crash between the two notifies them twice, never not at
 * all. If only one of the topics takes the message, this is recorded, and a later call sends it to the other one only.
 * @param notified keys of what was recorded before
 * @throws PartlyNotified if a topic did not take it; another Error if it could not be recorded
 */
export async function sendNotification(
  { topicArn, chatTopicArn, bucket }: Destination,
  notification: Notification,
  message: Message,
  notified: ReadonlySet<string>,
): Promise<void> {
  const all: { name: TopicName; arn: string; form: Pick<PublishCommandInput, "Message" | "MessageStructure"> }[] = [
    { name: "subscribers", arn: topicArn, form: forSubscribers(notification, message) },
    ...(chatTopicArn
      ? [{ name: "chat" as const, arn: chatTopicArn, form: { Message: JSON.stringify(message.chat) } }]
      : []),
  ];
  const topics = all.filter(({ name }) => !notified.has(partKey(name, notification)));
  const attributes = attributesOf(notification);
  const results = await Promise.allSettled(
    topics.map(({ arn, form }) =>
      sns.send(new PublishCommand({ TopicArn: arn, Subject: message.subject, ...form, MessageAttributes: attributes })),
    ),
  );
  const failed = topics.flatMap(({ name }, index) => {
    const result = results[index];
    return result?.status === "rejected" ? [{ name, reason: result.reason as Error }] : [];
  });
  const [first] = failed;
  if (!first) return record(bucket, notification.key);
  const sent = topics.filter(({ name }) => !failed.some((one) => one.name === name));
  await Promise.all(sent.map(({ name }) => record(bucket, partKey(name, notification))));
  throw new PartlyNotified(
    failed.map(({ name }) => name),
    first.reason,
  );
}

/** Text for mail and JSON for machines. */
function forSubscribers(notification: Notification, { text, inside }: Message) {
  const json = JSON.stringify({ ...notification, inside, text }, forMachines);
  return {
    MessageStructure: "json",
    Message: JSON.stringify({
      default: text,
      ...Object.fromEntries(machineProtocols.map((protocol) => [protocol, json])),
    }),
  };
}

/** What filter policies can ask for. */
function attributesOf(notification: Notification): Record<string, MessageAttributeValue> {
  const { kind, variant } = notification;
  const attributes = { kind, variant, ...("channel" in notification && { channel: notification.channel }) };
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, { DataType: "String", StringValue: oneLine(value) }]),
  );
}

/** What is recorded if only this topic has taken the message. */
function partKey(topic: TopicName, { key }: Notification): string {
  return `partly/${topic}/${key}`;
}

async function record(bucket: string, key: string): Promise<void> {
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: `${prefix}${key}`, ContentLength: 0 }));
}

/** A value as the JSON has it: SNS delivers only what XML can hold. */
function forMachines(key: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, maxEntries);
  return typeof value === "string" && key !== "text" ? oneLine(value) : value;
}
