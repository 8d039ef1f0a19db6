import { describe, expect, test } from "vitest";
import { contentOf } from "../../functions/texts/content.ts";
import { everyNotification } from "../every-notification.ts";
import { cli } from "./cli.ts";

/** Each kind of command that mails name, with the notification that does. */
const steps = new Map(
  everyNotification().flatMap((notification) =>
    contentOf(notification, []).steps.map(({ command }): [string, { kind: string; command: readonly string[] }] => [
      [command[0], ...command.filter((one) => one.startsWith("--"))].join(" "),
      { kind: notification.kind, command },
    ]),
  ),
);

describe("the command line understands", () => {
  test.each([...steps])("%s, which a mail says", async (_, { command }) => {
    let called = false;
    const call = async () => {
      called = true;
      return { status: 503, answer: { error: "not today", allowed: null } };
    };

    const { exitCode, stderr } = await cli(command, { call });

    // What it does not understand is 2, before any call.
    expect({ exitCode, stderr, called }).toMatchObject({ exitCode: 1, called: true });
  });
});
