import { describe, expect, test } from "vitest";
import type { Notification } from "../../../functions/domain/notifications/due.ts";
import { chatLimits, chatOf } from "../../../functions/texts/chat-message.ts";
import { everyNotification, extremeNotifications, rolledBack } from "../../every-notification.ts";

const stage = "production";
const all = [...everyNotification(), ...extremeNotifications()];
const insides = [undefined, [], Array.from({ length: 300 }, () => "a change ".repeat(60))];

function chatOn(kind: Notification["kind"], story = rolledBack()) {
  const [notification] = story.notifications(kind);
  if (!notification) throw new Error(`no notification ${kind} is due`);
  return chatOf(notification, { stage });
}

describe("the message in a chat", () => {
  test("says what happened, whether one must act, and what one can do", () => {
    expect(chatOn("revoked")).toMatchInlineSnapshot(`
      {
        "content": {
          "description": "Act if nodes run it: they stay until they are replaced.
      \`\`\`
      Why    pods lose DNS
      By     arn:aws:iam::123456789012:user/ann
      Held   By candidate and stable, until the newest publishable image replaces it there.
      Image  It is deprecated. Anyone who has its ID can still start it.
      Fleets that the service rolls go back by themselves.
      \`\`\`",
          "keywords": [
            "revoked",
            "windows-2022-core-1.35",
          ],
          "nextSteps": [
            "Its inputs are not built again until one changes, or you ask for it: \`npm run cli -- rebuild windows-2022-core-1.35 --reason "…"\`",
            "To undo this: \`npm run cli -- unrevoke ami-2 --reason "…"\`",
          ],
          "textType": "client-markdown",
          "title": "windows-2022-core-1.35: ami-2 is revoked",
        },
        "id": "revoked/ami-2/1793793600000",
        "metadata": {
          "additionalContext": {
            "stage": "production",
            "variant": "windows-2022-core-1.35",
          },
          "eventType": "revoked",
          "relatedResources": [
            "ami-2",
          ],
          "summary": "Act if nodes run it: they stay until they are replaced.",
          "threadId": "ami-2",
        },
        "source": "custom",
        "version": "1.0",
      }
    `);
  });

  test.each(insides)("has texts that fit in a chat, whatever kind it is of (inside: %#)", (inside) => {
    for (const notification of all) {
      const { content, metadata, id } = chatOf(notification, { stage: "next", inside });
      const { title, description, nextSteps, keywords } = content;
      for (const text of [title, description, ...nextSteps, ...keywords, metadata.summary, id])
        expect(text).toMatch(/\S/);
      expect(title.length).toBeLessThanOrEqual(chatLimits.title);
      expect(description.length).toBeLessThanOrEqual(chatLimits.description);
      for (const step of nextSteps) expect(step.length).toBeLessThanOrEqual(chatLimits.nextStep);
      for (const keyword of keywords) expect(keyword.length).toBeLessThanOrEqual(chatLimits.keyword);
      expect(id.length).toBeLessThanOrEqual(chatLimits.threadId);
      expect(metadata.threadId.length).toBeLessThanOrEqual(chatLimits.threadId);
      expect(metadata.summary.length).toBeLessThanOrEqual(chatLimits.summary);
    }
  });

  test("has all that the mail has, except the HTTP calls and what exceeds its room", () => {
    for (const notification of everyNotification()) {
      const { description, nextSteps } = chatOf(notification, { stage }).content;
      expect(JSON.stringify([description, nextSteps])).not.toMatch(/undefined|\[object| more/);
    }
  });

  test("contains no markup of a chat that it quotes", () => {
    const reason = "<!channel> ``` <https://example.com|click here>\n*FORGED*";
    const [notification] = rolledBack().revoke("ami-2", reason).notifications("revoked");

    const { content } = chatOf(notification as Notification, { stage });

    expect(JSON.stringify(content)).not.toMatch(/[<>]/);
    expect(content.description.match(/```/g)).toHaveLength(2);
    expect(content.description).toContain("‹!channel› ''' ‹https://example.com|click here› *FORGED*");
  });

  test("contains no markup that the variant of an image brings, which is any text of a tag", () => {
    const variant = "[Approve here](https://evil.example.com) *now* _or_ ~never~ `ever` <!here>";
    const markup = /[*_~`[\]()<>]/;
    for (const notification of everyNotification()) {
      const { content, metadata } = chatOf({ ...notification, variant }, { stage });
      const [before = "", , after = "", ...others] = content.description.split("```");
      expect(others).toEqual([]);
      for (const text of [content.title, ...content.keywords.slice(1), before, metadata.summary, metadata.threadId])
        expect(text).not.toMatch(markup);
      expect(after).not.toMatch(/[`[\]<>]/);
      expect(metadata.additionalContext.variant).not.toMatch(markup);
      for (const step of content.nextSteps) expect(step).toMatch(/^[^*_~`[\]()<>]+: `[^`<>]+`$/);
    }
  });

  test("ends the code of a command that exceeds its room", () => {
    const [notification] = rolledBack().notifications("revoked");
    const variant = `a [b](https://evil.example.com)${" c".repeat(300)}`;

    const { nextSteps } = chatOf({ ...(notification as Notification), variant }, { stage }).content;

    expect(nextSteps.join("")).toContain("…`");
    for (const step of nextSteps) expect(step).toMatch(/`[^`]+`$/);
  });

  test("joins the thread of its image, and that about a fleet the thread of its rollout", () => {
    const threads = (kinds: Notification["kind"][]) =>
      everyNotification()
        .filter(({ kind }) => kinds.includes(kind))
        .map((notification) => chatOf(notification, { stage }).metadata.threadId);

    expect(chatOn("revoked").metadata.threadId).toBe("ami-2");
    expect(new Set(threads(["rollout-begun", "rollout-done"]))).toEqual(new Set(["web ami-1", "web ami-2"]));
    expect(new Set(threads(["failed", "paused"]))).toEqual(new Set(["windows-2022-core-1.35"]));
  });
});
