/** What a shell learns from the command. docs/cli.md has the same list. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  wrong: 3,
  nobody: 4,
  interrupted: 130,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export const exitCodeMeanings: Readonly<Record<ExitCode, string>> = {
  0: "done",
  1: "failed, or the service refused it",
  2: "wrong usage: the command line has a mistake",
  3: "the command looked for trouble and found some",
  4: "nobody could be asked: a change without --yes and without a terminal",
  130: "interrupted",
};
