import { isPlainObject, mapValues } from "es-toolkit";
import type { Json } from "./recording.ts";

/**
 * What a replayed start takes, in seconds, by the names that a recording has in place of what one run took. So much
 * that the rest of a start on this machine, which really passes, hardly matters beside it.
 */
const seconds = { containerdSeconds: 60, containerSeconds: 120 };

/** The times at which Windows was set up and WinRM open. */
const times = ["setUpAt", "winrmAt"];

/** The same document, with names in place of what the start of the machine took. */
export function withTimeNames(json: Json): Json {
  if (!isPlainObject(json)) return json;
  return mapValues(json as Record<string, Json>, (each, key) =>
    key === "start" && isPlainObject(each) ? namesIn(each as Record<string, Json>) : each,
  );
}

function namesIn(start: Record<string, Json>): Json {
  return mapValues(start, (value, key) => (value !== null && isTime(key) ? `{{${key}}}` : value));
}

/**
 * The value of such a name in a replay; undefined for another name.
 * @param started when the machine was started, and how many times as long as usual that takes
 */
export function startTime(name: string, started: { at: Date; pace: number }): string | number | undefined {
  if (times.includes(name)) return started.at.toISOString();
  return isTime(name) ? seconds[name as keyof typeof seconds] * started.pace : undefined;
}

function isTime(name: string): boolean {
  return times.includes(name) || Object.hasOwn(seconds, name);
}
