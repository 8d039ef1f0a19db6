import { announce, type Site } from "./cache.ts";

/** One way of installing something. `what` starts with a gerund; `usually` says what it takes: bytes or minutes. */
export type Way = { what: string; usually: string; install: () => Promise<void> };

/**
 * Tries the ways in their order until one works. When a way fails, a line in the log says why and which way is next.
 * @throws Error with every reason and with `remedies` if no way works. An interruption ends the attempts.
 */
export async function installByFirstWay(site: Site, thing: string, ways: Way[], remedies: string[]): Promise<void> {
  const failures: string[] = [];
  for (const [index, { what, usually, install }] of ways.entries()) {
    try {
      return await announce(site.log, what, usually, install);
    } catch (cause) {
      if (site.signal?.aborted) throw cause;
      const { message } = cause as Error;
      failures.push(`${what}: ${message}`);
      const next = ways[index + 1];
      if (next) site.log(`  failed: ${onOneLine(message)}. Next: ${lowerFirst(next.what)}`);
    }
  }
  throw new Error(
    [`${thing} cannot be installed.`, ...list(failures), "Any one of these helps:", ...list(remedies)].join("\n"),
  );
}

function list(entries: string[]): string[] {
  return entries.map((entry) => `- ${entry}`);
}

function onOneLine(text: string): string {
  return text.trim().replace(/\s+/g, " ");
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
