/** The text, or its beginning with `…`, in at most that many characters. No character is split. */
export function clip(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  return `${text.slice(0, maxLength - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}

/**
 * The text on one line of a mail, a log or a terminal: a space instead of each run of characters that end a line, control
 * a terminal or occur in no XML, which messages of SNS are delivered in.
 */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\ufffe\uffff]+/gu, " ").toWellFormed();
}
