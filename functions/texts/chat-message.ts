import { clip, oneLine } from "../config/clip.ts";
import type { Notification } from "../domain/notifications/due.ts";
import { describeScope } from "../domain/pauses.ts";
import { contentOf } from "./content.ts";
import { detailLines, type Surroundings } from "./notification-text.ts";
import { commandOf, type Step } from "./steps.ts";
import type { Content, Whole } from "./texts.ts";

/**
 * A custom notification of Amazon Q Developer in chat applications, which shows it in Slack and Microsoft Teams (its
 * administrator guide, "Custom notifications"). Anything else in a topic is dropped there with a line in a log.
 */
export interface ChatMessage {
  version: "1.0";
  source: "custom";
  /** The notification's key: the same event always has the same. */
  id: string;
  content: {
    textType: "client-markdown";
    title: string;
    description: string;
    nextSteps: string[];
    keywords: string[];
  };
  metadata: {
    /** What belongs together becomes a thread, if the chat's channel wants that. */
    threadId: string;
    summary: string;
    eventType: Notification["kind"];
    relatedResources: string[];
    additionalContext: Record<string, string>;
  };
}

/**
 * Characters of each text. They are the service's own choice, within Slack's 150 for the head of a message and 3,000 for
 * a block of it.
 */
export const chatLimits = { title: 150, description: 2_900, nextStep: 350, keyword: 75, threadId: 250, summary: 250 };

/** Lines of details, so that a chat shows all of them without a click. */
const maxDetails = 12;
const maxLinkLength = 1_000;

/** A notification for chats: the same in short as its mail. */
export function chatOf(notification: Notification, { stage, inside }: Surroundings): ChatMessage {
  const { key, kind, variant } = notification;
  const content = contentOf(notification, inside);
  const about = describeScope(variant);
  const channel = "channel" in notification ? [notification.channel] : [];
  const text = (value: string, maxLength: number) => clip(unmarked(value), maxLength);
  return {
    version: "1.0",
    source: "custom",
    id: clip(plain(key), chatLimits.threadId),
    content: {
      textType: "client-markdown",
      title: text(`${about}: ${content.headline}`, chatLimits.title),
      description: descriptionOf(content, stage),
      nextSteps: content.steps.map((step) => stepText(step, stage)),
      keywords: [kind, about, ...channel].map((keyword) => text(keyword, chatLimits.keyword)),
    },
    metadata: {
      threadId: text(threadOf(notification), chatLimits.threadId),
      summary: text(content.act, chatLimits.summary),
      eventType: kind,
      relatedResources: "image" in notification && notification.image ? [text(notification.image, 75)] : [],
      additionalContext: { stage, variant: text(variant, chatLimits.keyword) },
    },
  };
}

/**
 * The details stand in a block of code, where no character of theirs is markup and their columns stay. Links, which AWS
 * has made, would not work there.
 */
function descriptionOf({ act, details }: Content, stage: string): string {
  const isLink = (one: Content["details"][number]): one is Whole =>
    typeof one === "object" && "whole" in one && one.whole.includes("https://");
  const inBlock = detailLines(
    details.filter((one) => !isLink(one)),
    { room: maxDetails, stage },
  );
  const block = inBlock.length === 0 ? [] : ["```", ...inBlock.map(plain), "```"];
  const links = details.filter(isLink).map(({ whole }) => clip(plain(whole).replace(/[`[\]]/g, ""), maxLinkLength));
  return [unmarked(act), ...block, ...links].join("\n");
}

/** `To undo this: npm run cli -- …`, the command as code, which ends even if it is clipped. */
function stepText({ when, command }: Step, stage: string): string {
  const lead = `${clip(unmarked(when), chatLimits.nextStep / 2)}: `;
  const code = plain(commandOf(command, stage)).replaceAll("`", "'");
  return `${lead}\`${clip(code, chatLimits.nextStep - lead.length - 2)}\``;
}

/** An image and what becomes of it, a fleet, or the builds of a variant. */
function threadOf(notification: Notification): string {
  if ("fleet" in notification)
    return [notification.fleet, "image" in notification && notification.image].filter(Boolean).join(" ");
  if ("image" in notification && notification.image) return notification.image;
  return describeScope(notification.variant);
}

/**
 * A text on one line without what would be markup in a chat: in Slack `<!channel>` wakes everybody, and `<https://…|…>`
 * is a link that looks like another.
 */
function plain(text: string): string {
  return oneLine(text).replaceAll("<", "‹").replaceAll(">", "›").replaceAll("```", "'''");
}

/** What is markup in Slack or Teams, and what looks like it. */
const lookAlikes: Readonly<Record<string, string>> = {
  "*": "∗",
  _: "ˍ",
  "~": "∼",
  "`": "'",
  "[": "❲",
  "]": "❳",
  "(": "❨",
  ")": "❩",
};

/** A text that stands outside code: `[Approve](https://…)` would be a link in Teams that hides where it leads. */
function unmarked(text: string): string {
  return plain(text).replace(/[*_~`[\]()]/g, (character) => lookAlikes[character] ?? "");
}
