import { chat } from "./configuration.ts";
import { topic } from "./topics.ts";

/**
 * The topic for chats, with `chat` in config.ts: the same notifications as for subscribers, in the form of Amazon Q
 * Developer in chat applications. That service subscribes to it by its service-linked role (docs/chat.md).
 */
export const chatTopic = chat ? topic("Chat", []) : undefined;
