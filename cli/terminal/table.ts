import stringWidth from "string-width";
import { wrapped } from "./text.ts";

export interface Column {
  title: string;
  /** Whether its words may be spread over lines if the table is too wide. IDs must not be. */
  wraps?: boolean;
}

export interface Table {
  head: string;
  /** The lines of each row. */
  rows: string[][];
}

const gap = "  ";
const narrowest = 10;

/**
 * A table that fits the width, as far as its columns may wrap. Nothing is cut.
 * @param cells those of each row, as many as there are columns; they may be coloured
 */
export function table(columns: readonly Column[], cells: readonly (readonly string[])[], width: number): Table {
  const natural = columns.map(({ title }, index) =>
    Math.max(...[title, ...cells.map((row) => row[index] ?? "")].map((cell) => stringWidth(cell))),
  );
  const least = columns.map(({ wraps }, index) =>
    wraps
      ? Math.max(narrowest, ...cells.flatMap((row) => wordsOf(row[index] ?? "").map((word) => stringWidth(word))))
      : Number.POSITIVE_INFINITY,
  );
  const widths = narrowed(natural, least, width - gap.length * (columns.length - 1));
  const lines = (row: readonly string[]) => {
    const spread = row.map((cell, index) =>
      columns[index]?.wraps ? wrapped(cell, widths[index] ?? narrowest) : [cell],
    );
    const height = Math.max(...spread.map((cell) => cell.length));
    return Array.from({ length: height }, (_, line) =>
      spread
        .map((cell, index) => padded(cell[line] ?? "", widths[index] ?? 0))
        .join(gap)
        .trimEnd(),
    );
  };
  return { head: lines(columns.map(({ title }) => title)).join("\n"), rows: cells.map(lines) };
}

/** Takes what is too much from the columns that may wrap, from the widest first. A word stays whole. */
function narrowed(natural: readonly number[], least: readonly number[], room: number): number[] {
  const widths = [...natural];
  for (let excess = sum(widths) - room; excess > 0; excess -= 1) {
    const able = widths.map((width, index) => (width > (least[index] ?? 0) ? width : 0));
    const widest = able.indexOf(Math.max(...able));
    if (!able[widest]) return widths;
    widths[widest] = able[widest] - 1;
  }
  return widths;
}

function wordsOf(text: string): string[] {
  return text.split(" ");
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((one, other) => one + other, 0);
}

function padded(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - stringWidth(text)));
}
