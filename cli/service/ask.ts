import * as z from "zod";
import { oneLine } from "../../functions/config/clip.ts";
import { CliError, TransientError } from "../cli-error.ts";
import type { Session } from "../session.ts";
import type { Reply } from "./deployment.ts";

const Refusal = z.object({ error: z.string(), allowed: z.unknown().optional() });

/**
 * Calls the service and shows meanwhile that it does.
 * @param T the type of the answer, as the handler of that call makes it
 * @throws CliError with what the service would allow, if it refuses the call
 */
export async function ask<T>(
  { deployment, terminal }: Session,
  what: string,
  method: "GET" | "POST",
  path: string,
  body?: object,
): Promise<T> {
  const { call } = await deployment();
  const reply = await terminal.progress(what, () => call(method, path, body));
  if (reply.status >= 400) throw refused(reply);
  return (terminal.json ? reply.answer : harmless(reply.answer)) as T;
}

/** Texts come from tags, logs and people: no character of them controls the terminal. */
export function harmless<T>(value: T): T {
  return harmlessly(value) as T;
}

function harmlessly(value: unknown): unknown {
  if (typeof value === "string") return oneLine(value);
  if (Array.isArray(value)) return value.map(harmlessly);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [oneLine(key), harmlessly(one)]));
}

/** What the service says that it does not do, or that it failed. */
export function refused({ status, answer }: Reply): CliError {
  const refusal = Refusal.safeParse(answer).data;
  const why = refusal?.error ?? JSON.stringify(answer);
  const remedies = allowedText(refusal?.allowed);
  return new (status >= 500 ? TransientError : CliError)(
    status >= 500 ? `the service failed (${status}): ${why}` : `refused: ${why}`,
    remedies,
    {
      status,
      ...(refusal && { allowed: refusal.allowed }),
    },
  );
}

/** What would be allowed, as far as it is short enough to be read. */
function allowedText(allowed: unknown): string[] {
  if (allowed === undefined || allowed === null) return [];
  const text = typeof allowed === "string" ? allowed : JSON.stringify(allowed);
  return [`allowed: ${text.length > 1_000 ? `${text.slice(0, 1_000)} …` : text}`];
}
