import { PutObjectCommand, paginateListObjectsV2, S3Client } from "@aws-sdk/client-s3";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import type { Fact } from "../domain/notifications/due.ts";
import { messageOf } from "../texts/messages.ts";
import { differences, readReport } from "./reports.ts";

const s3 = new S3Client({});
const sns = new SNSClient({});

const prefix = "announced/";

/** Keys of the facts that subscribers have been told. */
export async function readAnnounced(bucket: string): Promise<ReadonlySet<string>> {
  const keys = new Set<string>();
  for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket: bucket, Prefix: prefix }))
    for (const { Key = "" } of page.Contents ?? []) keys.add(Key.slice(prefix.length));
  return keys;
}

/**
 * Tells the subscribers of a fact, then records that they were told: a crash between the two tells them twice, never not at all.
 * The message is text for mail and JSON for machines; the attributes are for filter policies. What a channel got is told with what changed
 * inside, where both images have their reports.
 */
export async function announce(topicArn: string, bucket: string, fact: Fact): Promise<void> {
  const inside = await changesInside(bucket, fact);
  const message = messageOf(fact, inside);
  const attributes = { kind: fact.kind, variant: fact.variant, ...("channel" in fact && { channel: fact.channel }) };
  await sns.send(
    new PublishCommand({
      TopicArn: topicArn,
      Subject: message.subject,
      MessageStructure: "json",
      Message: JSON.stringify({
        default: message.text,
        ...Object.fromEntries(
          machineProtocols.map((protocol) => [protocol, JSON.stringify({ ...fact, inside, text: message.text })]),
        ),
      }),
      MessageAttributes: Object.fromEntries(
        Object.entries(attributes).map(([name, value]) => [name, { DataType: "String", StringValue: value }]),
      ),
    }),
  );
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: `${prefix}${fact.key}`, ContentLength: 0 }));
}

/** SNS sends these the JSON; `email` and `sms` get the text. */
const machineProtocols = ["sqs", "https", "lambda", "email-json"];

async function changesInside(bucket: string, fact: Fact): Promise<string[] | undefined> {
  if ((fact.kind !== "published" && fact.kind !== "rolled-back") || fact.previous === undefined) return undefined;
  const [previous, current] = await Promise.all([readReport(bucket, fact.previous), readReport(bucket, fact.image)]);
  return previous && current && differences(previous, current);
}
