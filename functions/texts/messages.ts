import { iso } from "../config/time.ts";
import type { Fact } from "../domain/notifications/due.ts";
import { contentOfBuild } from "./build-messages.ts";
import { contentOfChannel } from "./channel-messages.ts";
import type { Content } from "./content.ts";
import { contentOfImage } from "./image-messages.ts";
import { contentOfSource } from "./source-messages.ts";

/** A notification as people read it. */
export interface Message {
  /** At most 100 characters of ASCII, as SNS demands. */
  subject: string;
  text: string;
}

/** SNS's limit. */
const longestSubject = 100;

/**
 * What subscribers are told of a fact.
 * @param inside what changed inside the image against the one before, a line a change; undefined where nobody can tell
 */
export function messageOf(fact: Fact, inside?: readonly string[]): Message {
  const { headline, lines } = contentOf(fact, inside);
  const subject = `[eks-windows-images] ${headline} (${fact.variant})`
    .replace(/[^\x20-\x7e]/g, "-")
    .slice(0, longestSubject);
  return { subject, text: [`${fact.variant}: ${headline}`, "", ...lines, "", `Since ${iso(fact.at)}`].join("\n") };
}

function contentOf(fact: Fact, inside: readonly string[] | undefined): Content {
  switch (fact.kind) {
    case "published":
    case "rolled-back":
    case "approval-wanted":
    case "write-rejected":
    case "stranded":
      return contentOfChannel(fact, inside);
    case "revoked":
    case "unrevoked":
    case "unproved":
    case "image-missing":
      return contentOfImage(fact);
    case "failed":
    case "gave-up":
    case "recovered":
      return contentOfBuild(fact);
    case "silent":
    case "base-missing":
    case "harvest-missing":
    case "kubernetes-missing":
      return contentOfSource(fact);
  }
}
