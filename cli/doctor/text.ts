import wrapAnsi from "wrap-ansi";
import { oneLine } from "../../functions/config/clip.ts";
import type { Terminal } from "../terminal/terminal.ts";
import type { Report } from "./check.ts";
import type { Line, Mark } from "./lines.ts";

/** The reports as a person reads them: a heading for each check, its lines, and below each what to do. */
export function reportText(reports: readonly Report[], { colors, width }: Pick<Terminal, "colors" | "width">): string {
  const colored: Record<Mark, string> = { "✓": colors.green("✓"), "✗": colors.red("✗"), "?": colors.yellow("?") };
  const blocks = reports.map(({ check, lines }) => [
    colors.bold(check),
    ...lines.flatMap((line) => lineText(line, colored[line.mark], width)),
  ]);
  return [...blocks.map((block) => block.join("\n")), summaryOf(reports)].join("\n\n");
}

function lineText({ text, remedy }: Line, mark: string, width: number): string[] {
  return [...hanging(`  ${mark} `, 4, text, width), ...(remedy === null ? [] : hanging("    → ", 6, remedy, width))];
}

/** The text behind its mark, in lines that begin below its first character. Only what has no spaces is broken. */
function hanging(mark: string, indent: number, text: string, width: number): string[] {
  const lines = wrapAnsi(oneLine(text), Math.max(20, width - indent), { hard: true }).split("\n");
  return lines.map((line, index) => `${index === 0 ? mark : " ".repeat(indent)}${line}`);
}

/** `12 ✓, 1 ✗, 3 ?` */
export function summaryOf(reports: readonly Report[]): string {
  const marks = reports.flatMap(({ lines }) => lines.map(({ mark }) => mark));
  return (["✓", "✗", "?"] as const).map((mark) => `${marks.filter((one) => one === mark).length} ${mark}`).join(", ");
}

export function isWrong(reports: readonly Report[]): boolean {
  return reports.some(({ lines }) => lines.some(({ mark }) => mark === "✗"));
}
