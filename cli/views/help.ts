import { type Command, type Group, groups } from "../command.ts";
import { table } from "../terminal/table.ts";

/** yargs lists commands in one section. Here each group has its own, and no command repeats the program's name. */
export function groupedHelp(help: string, commands: readonly Command[], width: number): string {
  return help.replace(/^Commands:\n[\s\S]*?\n\n/m, () => `${commandLists(commands, width)}\n\n`);
}

function commandLists(commands: readonly Command[], width: number): string {
  const columns = [{ title: "" }, { title: "", wraps: true }];
  const completion = { usage: "completion", summary: "Print a script that completes commands in bash or zsh" };
  const rowsOf = (group: Group) => [
    ...commands.filter((command) => command.group === group),
    ...(group === "setUp" ? [completion] : []),
  ];
  const names = Object.keys(groups) as Group[];
  const cells = names.flatMap(rowsOf).map(({ usage, summary }) => [usage, summary]);
  const { rows } = table(columns, cells, width - 2);
  return names
    .map((group) => {
      const lines = rows.splice(0, rowsOf(group).length).flat();
      return [`${groups[group]}:`, ...lines.map((line) => `  ${line}`)].join("\n");
    })
    .join("\n\n");
}
