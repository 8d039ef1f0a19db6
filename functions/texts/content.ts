import type { Notification } from "../domain/notifications/due.ts";
import { buildTexts } from "./build-texts.ts";
import { channelTexts } from "./channel-texts.ts";
import { fastLaunchTexts } from "./fast-launch-texts.ts";
import { fleetTexts } from "./fleet-texts.ts";
import { imageTexts } from "./image-texts.ts";
import { measureTexts } from "./measure-texts.ts";
import { pauseTexts } from "./pause-texts.ts";
import { placeTexts } from "./place-texts.ts";
import { sourceTexts } from "./source-texts.ts";
import type { Content, Texts } from "./texts.ts";

const texts: Texts<Notification["kind"]> = {
  ...channelTexts,
  ...imageTexts,
  ...measureTexts,
  ...buildTexts,
  ...sourceTexts,
  ...pauseTexts,
  ...fleetTexts,
  ...fastLaunchTexts,
  ...placeTexts,
};

/** What a mail and a chat say about a notification. */
export function contentOf(notification: Notification, inside?: readonly string[]): Content {
  const write = texts[notification.kind] as (notification: Notification, inside?: readonly string[]) => Content;
  return write(notification, inside);
}
