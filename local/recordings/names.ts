import { escapeRegExp, mapValues } from "es-toolkit";
import type { Json } from "./recording.ts";
import type { Values } from "./values.ts";

const name = /\{\{([^}]+)\}\}/g;

/**
 * Puts the names of values where the values stand as whole words, or a number in one; an item of a list is no part of a
 * path. The longest value counts.
 */
export function withNames(json: Json, { texts, lists }: Values): Json {
  const named = Object.entries(texts).map(([name, text]) => ({ name, text, after: "(?!\\w)" }));
  const items = Object.entries(lists).flatMap(([list, each]) =>
    each.map((text) => ({ name: `each ${list}`, text, after: "(?![\\w/])" })),
  );
  const all = [...named, ...items]
    .filter(({ text }) => text !== "")
    .toSorted((one, other) => other.text.length - one.text.length);
  const names = new Map(all.map(({ text, name }) => [text, name]));
  const patterns = all.map(
    ({ text, after }) => (/^\d/.test(text) ? "(?<!\\d)" : "(?<!\\w)") + escapeRegExp(text) + after,
  );
  const value = new RegExp(patterns.join("|"), "g");
  return mapTexts(json, (text) => text.replace(value, (found) => `{{${names.get(found)}}}`));
}

/**
 * Puts values where their names stand, and repeats lines and entries for each item of the list that they name.
 * @param meaningOf a number only takes the place of a text that consists of its name
 */
export function withValues(json: Json, lists: Values["lists"], meaningOf: (name: string) => string | number): Json {
  return mapTexts(repeated(json, lists), (text) => {
    const [whole] = text.match(/^\{\{([^}]+)\}\}$/)?.slice(1) ?? [];
    return whole ? meaningOf(whole) : text.replace(name, (_braces, name: string) => String(meaningOf(name)));
  });
}

function repeated(json: Json, lists: Values["lists"]): Json {
  if (Array.isArray(json)) return json.flatMap((entry) => forEachItem(entry, lists));
  return typeof json === "object" && json !== null ? mapValues(json, (each) => repeated(each, lists)) : json;
}

function forEachItem(entry: Json, lists: Values["lists"]): Json[] {
  const text = JSON.stringify(entry);
  const list = /\{\{each (\w+)\}\}/.exec(text)?.[1];
  if (!list) return [repeated(entry, lists)];
  const inText = (item: string) => JSON.stringify(item).slice(1, -1);
  return (lists[list] ?? []).map((item) => JSON.parse(text.replaceAll(`{{each ${list}}}`, () => inText(item))));
}

function mapTexts(json: Json, change: (text: string) => Json): Json {
  if (typeof json === "string") return change(json);
  if (Array.isArray(json)) return json.map((each) => mapTexts(each, change));
  return typeof json === "object" && json !== null ? mapValues(json, (each) => mapTexts(each, change)) : json;
}
