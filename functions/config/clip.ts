/** The text, or its beginning with `…`, in at most that many characters. No character is split. */
export function clip(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  return `${withinCharacters(text, maxLength - 1)}…`;
}

/** The text's beginning of at most that many code units, of which the last is not the first half of a character. */
export function withinCharacters(text: string, maxLength: number): string {
  return text.slice(0, maxLength).replace(/[\ud800-\udbff]$/, "");
}

/**
 * The text on one line of a mail, a log or a terminal: a space instead of each run of characters that end a line, control
 * a terminal or occur in no XML, which messages of SNS are delivered in.
 */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\ufffe\uffff]+/gu, " ").toWellFormed();
}
