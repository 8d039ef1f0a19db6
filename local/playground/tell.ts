import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LogLine } from "../lambda/function.ts";
import { lineOf, narrate, type Say } from "../rehearsal/narrate.ts";
import type { Stack } from "../stack/stack.ts";

/**
 * Tells what happens in a stack that stays up, a line each, and keeps every mail as a file. Returns a function that ends
 * it.
 * @param mailDir gets the mails
 */
export function tellHappenings(stack: Stack, mailDir: string, say: Say): () => void {
  mkdirSync(mailDir, { recursive: true });
  const standing = new Map<string, string>();
  let mails = 0;

  /** Every run repeats what a variant waits for; once is enough. */
  function decision(record: LogLine["record"]): string | undefined {
    const line = lineOf(record) ?? lineOfCall(record) ?? lineOfWait(record);
    const { variant, message, for: what, channel } = record ?? {};
    if (line === undefined || (message !== "nothing" && message !== "wait")) return line;
    const key = JSON.stringify([variant, message, what, channel]);
    if (standing.get(key) === line) return undefined;
    standing.set(key, line);
    return line;
  }

  return narrate({ stack, calls: [] }, say, {
    decision,
    mail({ kind, variant, subject, text }) {
      const file = `${String(++mails).padStart(3, "0")}-${kind}-${variant}.txt`.replaceAll(/[^\w.-]/g, "-");
      writeFileSync(join(mailDir, file), `Subject: ${subject}\n\n${text}\n`);
      return [`${subject} (mails/${file})`];
    },
  });
}

/** Calls that change something; looking at the page is not worth a line. */
function lineOfCall(record: LogLine["record"]): string | undefined {
  const { message, method, path, status, refusal } = record ?? {};
  if (method === "GET" || typeof message !== "string" || !/^call (answered|refused|failed)$/.test(message))
    return undefined;
  return `call       ${method} ${path} ${status}${refusal ? `: ${refusal}` : ""}`;
}

function lineOfWait(record: LogLine["record"]): string | undefined {
  const { message, variant, reasons } = record ?? {};
  return message === "wait" ? `wait       ${variant}: ${(reasons as string[]).join("; ")}` : undefined;
}
