import { clip, oneLine } from "../config/clip.ts";
import { iso } from "../config/time.ts";
import type { Notification } from "../domain/notifications/due.ts";
import { describeScope } from "../domain/pauses.ts";
import { buildTexts } from "./build-texts.ts";
import { channelTexts } from "./channel-texts.ts";
import { fleetTexts } from "./fleet-texts.ts";
import { imageTexts } from "./image-texts.ts";
import { pauseTexts } from "./pause-texts.ts";
import { sourceTexts } from "./source-texts.ts";
import type { Content, Texts } from "./texts.ts";

/** SNS's limit for a subject, in characters of ASCII. */
const maxSubjectLength = 100;

/** Longer lines quote what is no reason, link or name. */
const maxLineLength = 1_000;

const texts: Texts<Notification["kind"]> = {
  ...channelTexts,
  ...imageTexts,
  ...buildTexts,
  ...sourceTexts,
  ...pauseTexts,
  ...fleetTexts,
};

/**
 * A notification as subscribers read it. What it quotes may come from whoever may tag an image, so it stays within its
 * line: otherwise it could go on with lines that look like the service's own.
 * @param inside what changed inside the image compared with the previous one, a line a change; undefined if that is
 * unknown
 */
export function textOf(notification: Notification, inside?: readonly string[]): { subject: string; text: string } {
  const { variant, at, kind } = notification;
  const about = describeScope(variant);
  const write = texts[kind] as (notification: Notification, inside?: readonly string[]) => Content;
  const { headline, lines } = write(notification, inside);
  const subject = `[eks-windows-images] ${headline} (${about})`
    .replace(/[^\x20-\x7e]/g, "-")
    .slice(0, maxSubjectLength);
  const all = [`${about}: ${headline}`, "", ...lines, "", `Since ${iso(at)}`];
  return { subject, text: all.map((line) => clip(oneLine(line), maxLineLength)).join("\n") };
}
