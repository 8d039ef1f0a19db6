import type { Environment } from "../config/environment.ts";
import type { Notification } from "../domain/notifications/due.ts";
import { differences } from "../domain/reports.ts";
import { sendNotification } from "../io/notifications.ts";
import { readReport } from "../io/reports.ts";
import { textOf } from "../texts/notification-text.ts";

/**
 * Notifies the subscribers. If both images have a report, a notification of what a channel got says what changed
 * inside.
 */
export async function notify({ TOPIC_ARN, BUCKET }: Environment, notification: Notification): Promise<void> {
  const inside = await changesInside(BUCKET, notification);
  const message = { ...textOf(notification, inside), inside };
  await sendNotification({ topicArn: TOPIC_ARN, bucket: BUCKET }, notification, message);
}

async function changesInside(bucket: string, notification: Notification): Promise<string[] | undefined> {
  if (notification.kind !== "published" && notification.kind !== "rolled-back") return undefined;
  if (notification.previous === undefined) return undefined;
  const [previous, current] = await Promise.all([
    readReport(bucket, notification.previous),
    readReport(bucket, notification.image),
  ]);
  return previous && current && differences(previous, current);
}
