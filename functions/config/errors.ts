import type { z } from "zod";
import { clip, oneLine } from "./clip.ts";

/** Characters of a wrong field's path, and of its value. */
const maxLength = 300;

/**
 * One line for each wrong field: its path, its value and what is allowed. If one of several shapes fits but for some of
 * its fields, these are the wrong ones.
 */
export function configErrors(issue: z.core.$ZodIssue, input: unknown): string[] {
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) =>
      configError([...issue.path, key], valueAt(input, [...issue.path, key]), "no such field"),
    );
  if (issue.code === "invalid_union") {
    const meant = issue.errors.find((errors) => errors.length > 0 && errors.every(({ path }) => path.length > 0));
    if (meant) return meant.flatMap((one) => configErrors({ ...one, path: [...issue.path, ...one.path] }, input));
  }
  return [configError(issue.path, issue.input ?? valueAt(input, issue.path), allowed(issue))];
}

function configError(path: PropertyKey[], value: unknown, right: string): string {
  const field = path.map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`)).join("");
  const quoted = (text: string) => clip(oneLine(text), maxLength);
  return `  ${quoted(field.replace(/^\./, "") || "config")} is ${quoted(describe(value))}; allowed: ${right}`;
}

/** A value as JSON, without what may be a password in an address: the error ends up in the log of a deployment. */
function describe(value: unknown): string {
  return written(value).replace(/\b(https?:[/\\]*|[a-z]+:\/\/)[^\s"]*@/gi, "$1…@");
}

function written(value: unknown): string {
  try {
    return JSON.stringify(value) ?? (value === undefined ? "missing" : String(value));
  } catch {
    return `what JSON cannot hold, such as a ${typeof value}`;
  }
}

function valueAt(input: unknown, path: PropertyKey[]): unknown {
  return path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], input);
}

function allowed(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_value") return issue.values.map(String).join(", ");
  if (issue.code === "invalid_type" && /^Invalid input/.test(issue.message))
    return kinds[issue.expected] ?? issue.expected;
  if (issue.code === "invalid_union" && "options" in issue) return (issue.options ?? []).map(String).join(", ");
  if (issue.code === "invalid_key") return `another name: ${issue.issues.map(({ message }) => message).join(", ")}`;
  return issue.message;
}

const kinds: Record<string, string> = {
  string: "a text",
  number: "a number",
  boolean: "true or false",
  array: "a list in brackets",
  object: "an object in braces",
};
