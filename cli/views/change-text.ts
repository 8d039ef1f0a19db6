import type { Terminal } from "../terminal/terminal.ts";
import { wrapped } from "../terminal/text.ts";
import { type PlannedAction, planLines } from "./plan-lines.ts";

/** What the service answers to a call that changes something. Which fields there are depends on the call. */
export interface ChangeAnswer {
  variant?: string;
  fleet?: string;
  image?: string;
  dryRun: boolean;
  /** Absent if the call always changes something. */
  changed?: boolean;
  repeated?: boolean;
  tags?: { write: Record<string, string>; remove: string[] };
  records?: string[];
  message?: string;
  plan?: PlannedAction[] | null;
  planUnknown?: string;
}

/** Whether the call only repeats what stands already. */
export function changesNothing({ changed, repeated, tags, records = [] }: ChangeAnswer): boolean {
  if (tags) return Object.keys(tags.write).length === 0 && tags.remove.length === 0 && records.length === 0;
  return changed === false || repeated === true;
}

/** What a call would write, and what would follow. */
export function changeText(answer: ChangeAnswer, { width, colors }: Pick<Terminal, "width" | "colors">): string {
  const { tags, records = [], message, plan, planUnknown } = answer;
  const written = [
    ...Object.entries(tags?.write ?? {}).map(([key, value]) => `the tag ${key} of ${answer.image}: ${value}`),
    ...(tags?.remove ?? []).map((key) => `the tag ${key} of ${answer.image} goes`),
    ...records.map((key) => `the record ${key}`),
  ];
  const section = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : [colors.bold(title), ...lines.map((line) => `  ${line}`)];
  const sections = [
    ...(message === undefined ? [] : wrapped(message, width)),
    ...section(
      "It would write:",
      written.flatMap((one) => wrapped(one, width - 2)),
    ),
    ...section("Then the plan would be:", planLines(plan ?? [], width - 2)),
    ...(planUnknown === undefined ? [] : wrapped(`What would follow is unknown: ${planUnknown}`, width)),
  ];
  return sections.length === 0 ? "Nothing is planned." : sections.join("\n");
}
