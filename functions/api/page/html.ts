const trusted = Symbol("html");

/** A piece of HTML or SVG. Only {@link html} makes one, so all text in it from elsewhere is escaped. */
export interface Html {
  readonly [trusted]: string;
}

/** What a template may hold: text, which is escaped, HTML, and lists of them. Nothing is written for the others. */
export type Content = string | number | Html | readonly Content[] | null | undefined | false;

/**
 * The template as HTML. A value between tags may be anything, one inside the quotes of an attribute only text, one in a
 * tag beside its attributes only HTML, which is further attributes, and one inside a style, script, title or comment only
 * HTML.
 * @throws Error if a value stands where it cannot be made safe
 */
export function html(strings: TemplateStringsArray, ...values: Content[]): Html {
  const contexts = contextsOf(strings);
  let text = strings[0] ?? "";
  for (const [index, value] of values.entries()) {
    check(contexts[index], value);
    text += rendered(value) + strings[index + 1];
  }
  return { [trusted]: text };
}

type Context = "content" | "tag" | "quotes" | "raw text";

const known = new WeakMap<TemplateStringsArray, Context[]>();

/** Where each value of a template stands. */
function contextsOf(strings: TemplateStringsArray): Context[] {
  const before = known.get(strings);
  if (before) return before;
  let context: Context = "content";
  const contexts = strings.map((literal, index) => {
    for (const character of literal) context = after(context, character);
    return rawText.test(strings.slice(0, index + 1).join("")) ? "raw text" : context;
  });
  known.set(strings, contexts);
  return contexts;
}

/** The beginning of a part that has not ended, in which HTML has other rules than between tags. */
const rawText = /<(style|script|title)\b[^>]*>(?!.*<\/\1)|<!--(?!.*-->)/is;

function after(context: Context, character: string): Context {
  if (context === "content") return character === "<" ? "tag" : "content";
  if (context === "quotes") return character === '"' ? "tag" : "quotes";
  if (character === '"') return "quotes";
  return character === ">" ? "content" : "tag";
}

function check(context: Context | undefined, value: Content): void {
  if (context === "content" || value === null || value === undefined || value === false) return;
  const isText = typeof value === "string" || typeof value === "number";
  if (context === "raw text") {
    if (isText || isList(value)) throw new Error("a template has text in its style, script, title or comment");
    return;
  }
  if (isText !== (context === "quotes"))
    throw new Error(`a template has ${isText ? "text" : "HTML"} in its ${context}`);
}

export function toText(content: Html): string {
  return content[trusted];
}

function rendered(content: Content): string {
  if (typeof content === "string") return escaped(content);
  if (typeof content === "number") return String(content);
  if (!content) return "";
  return isList(content) ? content.map(rendered).join("") : content[trusted];
}

function isList(content: Html | readonly Content[]): content is readonly Content[] {
  return Array.isArray(content);
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Characters that HTML forbids, or that turn the direction of the text around them. */
const misleading = /[\p{Cc}\u202a-\u202e\u2066-\u2069\ufffe\uffff]/gu;

function escaped(text: string): string {
  return text
    .toWellFormed()
    .replace(misleading, (character) => (/\s/.test(character) ? " " : "\ufffd"))
    .replace(/[&<>"']/g, (character) => entities[character] ?? "");
}
