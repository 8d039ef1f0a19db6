import type { Environment } from "../config/environment.ts";
import type { Notification } from "../domain/notifications/due.ts";
import { differences, grownFolders } from "../domain/reports.ts";
import { sendNotification } from "../io/notifications.ts";
import { readReport } from "../io/reports.ts";
import { chatOf } from "../texts/chat-message.ts";
import { textOf } from "../texts/notification-text.ts";

/**
 * Notifies the subscribers. If both images have a report, a notification of what a channel got says what changed
 * inside, and one of an image that grew where.
 * @param notified keys of the notifications that were recorded before
 */
export async function notify(
  { TOPIC_ARN, CHAT_TOPIC_ARN, BUCKET, STAGE }: Environment,
  notification: Notification,
  notified: ReadonlySet<string>,
): Promise<void> {
  const inside = await changesInside(BUCKET, notification);
  const surroundings = { stage: STAGE, inside };
  const message = { ...textOf(notification, surroundings), chat: chatOf(notification, surroundings), inside };
  const destination = { topicArn: TOPIC_ARN, chatTopicArn: CHAT_TOPIC_ARN, bucket: BUCKET };
  await sendNotification(destination, notification, message, notified);
}

async function changesInside(bucket: string, notification: Notification): Promise<string[] | undefined> {
  const { kind } = notification;
  if (kind !== "published" && kind !== "rolled-back" && kind !== "image-grew") return undefined;
  if (notification.previous === undefined) return undefined;
  const [previous, current] = await Promise.all([
    readReport(bucket, notification.previous),
    readReport(bucket, notification.image),
  ]);
  const compare = kind === "image-grew" ? grownFolders : differences;
  return previous && current && compare(previous, current);
}
