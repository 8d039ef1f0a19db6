import { concatenated, mapTexts, texts, unknown, type Value } from "./values.ts";

/** `a + b`: of texts or of lists. */
export function sum(values: Value[]): Value {
  const isPlainText = values.every((value) => value.length === 1 && typeof value[0] === "string");
  return isPlainText ? concatenated(values) : values.flat();
}

/** Operators such as `-replace`; what compares has no value of interest. */
export function compared(operator: string, [value = [], argument = []]: Value[]): Value {
  switch (operator.toLowerCase().replace(/^-[ci](?=replace|split)/, "-")) {
    case "-replace": {
      const [pattern = "", by = ""] = texts(argument);
      return mapTexts(value, (text) => replaced(text, pattern, by));
    }
    case "-split":
      return value;
    case "-join":
      return value.length > 1 ? unknown : value;
    default:
      return unknown;
  }
}

/** Regular expressions of .NET that JavaScript does not have leave everything open. */
function replaced(text: string, pattern: string, by: string): string {
  try {
    return text.replace(new RegExp(pattern, "gi"), by);
  } catch {
    return "*";
  }
}

/** `'{0}-{1:x}' -f a, b`. */
export function formatted([template = [], ...parts]: Value[]): Value {
  const given = parts.flat();
  return mapTexts(template, (text) =>
    text.replace(/\{(\d+)(:[^}]*)?\}/g, (_, index: string) => {
      const atom = given[Number(index)];
      return typeof atom === "string" ? atom : "*";
    }),
  );
}
