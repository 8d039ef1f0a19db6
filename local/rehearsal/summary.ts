import type { ActResult } from "./act-result.ts";
import type { Rehearsal } from "./result.ts";

/**
 * The summary of a rehearsal as lines for the terminal: each act with its reason, image and duration, the channels, and
 * the verdict.
 */
export function summarize({ ok, acts, parameters, seconds }: Omit<Rehearsal, "logs">): string[] {
  const hasOneVariant = new Set(acts.map(({ variant }) => variant)).size === 1;
  const variantColumn = (cell: string) => (hasOneVariant ? [] : [cell]);
  const rows = acts.map((result, index) => {
    const isFirstOfAct = result.act !== acts[index - 1]?.act;
    return [
      isFirstOfAct ? result.act : "",
      ...variantColumn(result.variant),
      causeOf(result),
      effectOf(result),
      isFirstOfAct ? `${result.seconds.toFixed(1)} s` : "",
    ];
  });
  return [
    "",
    ...aligned([["act", ...variantColumn("variant"), "reason", "result", "time"], ...rows]),
    "",
    ...aligned([["channel", "image"], ...Object.entries(parameters).toSorted()]),
    "",
    `${ok ? "Everything went as expected" : "Not everything went as expected"} in ${seconds} s`,
  ];
}

function causeOf({ reasons, trigger, calls }: ActResult): string {
  if (reasons.length > 0) return [...new Set(reasons)].join("; ");
  const kinds = trigger.split(", ");
  if (kinds.length > 1) return `${kinds.length} kinds of triggers, no change`;
  return calls.findLast(({ call }) => call.startsWith("POST "))?.call ?? trigger;
}

/** What an act did to one variant, in a few words. */
export function effectOf({ builds, image, published, previous, channels }: ActResult): string {
  if (builds > 0) {
    if (image === null) return "no image";
    const where = published ? "published" : channels.candidate === image ? "in candidate" : "kept out";
    return `${image} ${where}`;
  }
  return channels.stable === previous ? "no build" : `stable holds ${channels.stable ?? "nothing"}`;
}

/** Pads every column to its widest cell. */
export function aligned(rows: readonly string[][]): string[] {
  const widths = rows.reduce<number[]>(
    (all, row) => row.map((cell, column) => Math.max(all[column] ?? 0, cell.length)),
    [],
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
