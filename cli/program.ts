import yargs from "yargs";
import { usageError } from "./cli-error.ts";
import type { Command, Execute, Program } from "./command.ts";
import { adoptCommand } from "./commands/adopt.ts";
import { approveCommand } from "./commands/approve.ts";
import { diffCommand } from "./commands/diff.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { explainCommand } from "./commands/explain.ts";
import { holdCommand } from "./commands/hold.ts";
import { initCommand } from "./commands/init.ts";
import { logsCommand } from "./commands/logs.ts";
import { openCommand } from "./commands/open.ts";
import { pauseCommand } from "./commands/pause.ts";
import { planCommand } from "./commands/plan.ts";
import { rebuildCommand } from "./commands/rebuild.ts";
import { releaseCommand } from "./commands/release.ts";
import { resumeCommand } from "./commands/resume.ts";
import { revokeCommand } from "./commands/revoke.ts";
import { rollbackCommand } from "./commands/rollback.ts";
import { rolloutCommand } from "./commands/rollout.ts";
import { sbomCommand } from "./commands/sbom.ts";
import { statusCommand } from "./commands/status.ts";
import { unrevokeCommand } from "./commands/unrevoke.ts";
import type { Context } from "./context.ts";
import { exitCodeMeanings } from "./exit-codes.ts";
import { type Names, noNames } from "./names.ts";

/** All commands, as the help lists them: what looks, what changes, what sets up. */
export const commands: readonly Command[] = [
  statusCommand,
  planCommand,
  explainCommand,
  diffCommand,
  sbomCommand,
  openCommand,
  logsCommand,
  rebuildCommand,
  approveCommand,
  rollbackCommand,
  revokeCommand,
  unrevokeCommand,
  pauseCommand,
  resumeCommand,
  adoptCommand,
  rolloutCommand,
  holdCommand,
  releaseCommand,
  doctorCommand,
  initCommand,
];

/** As wide as the terminal, but not wider than reads well, in columns. */
export function helpWidth({ stdout }: Pick<Context, "stdout">): number {
  return Math.min(stdout.columns ?? 80, 110);
}

/** The program as yargs knows it. It neither ends the process nor writes anything itself. */
export function createProgram(context: Pick<Context, "stdout">, execute: Execute, names: Names = noNames): Program {
  const program: Program = yargs()
    .scriptName("eks-windows-images")
    .usage("$0 <command>\n\nLooks at a deployment of eks-windows-images and works it.")
    .options({
      stage: {
        describe: "The stage of the deployment (EKS_WINDOWS_IMAGES_STAGE)",
        defaultDescription: "production",
        requiresArg: true,
        string: true,
      },
      region: { describe: "The AWS Region; by default that of the AWS SDK", string: true, requiresArg: true },
      profile: { describe: "The profile in AWS's configuration files", string: true, requiresArg: true },
      url: {
        describe: "The function URL, if you may not ask for it (EKS_WINDOWS_IMAGES_URL)",
        string: true,
        requiresArg: true,
      },
      local: { describe: "The local stack that npm run local keeps up", boolean: true, default: false },
      json: { describe: "One JSON document on standard output", boolean: true, default: false },
    })
    .group(["stage", "region", "profile", "url", "local"], "Which deployment:")
    .group(["json", "help", "version"], "Everywhere:")
    .completion(
      "completion",
      "Print a script that completes commands in bash or zsh",
      // yargs tells the kind of this function by the number of its arguments.
      (current: string, given: Given, fallback: Fallback, done: Done) =>
        complete(names, current, given, fallback, done),
    )
    .demandCommand(1, 1, "a command is missing", "one command, please")
    .epilogue(`Exit codes:\n${exitCodeText()}`)
    .strict()
    .detectLocale(false)
    .exitProcess(false)
    .fail((message, error) => {
      throw error && error.name !== "YError" ? error : usageError(message, "--help lists what there is");
    })
    .wrap(helpWidth(context));
  return commands.reduce((whole, command) => command.addTo(whole, execute), program);
}

function exitCodeText(): string {
  return Object.entries(exitCodeMeanings)
    .map(([code, meaning]) => `  ${code.padStart(3)}  ${meaning}`)
    .join("\n");
}

interface Given {
  _: (string | number)[];
}
type Done = (found: string[]) => void;
type Fallback = (after: (error: Error | null, found?: readonly string[]) => void) => void;

/** Completes names besides what yargs completes. yargs forgets where it is as soon as this waits for anything. */
function complete(names: Names, current: string, { _: words }: Given, fallback: Fallback, done: Done): void {
  const command = commands.find(({ name }) => words.includes(name));
  const before = words.slice(words.indexOf(command?.name ?? "") + 1).filter((word) => word !== current);
  const isFirst = before.length === 0 && !current.startsWith("-");
  const named = command?.completes && isFirst ? names[command.completes] : [];
  fallback((_, found = []) => done([...found, ...named]));
}
