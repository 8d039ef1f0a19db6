import { oneLine } from "../../functions/config/clip.ts";
import { CliError, usageError } from "../cli-error.ts";
import { defineCommand } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import type { BuildLog } from "../logs/build-log.ts";
import { cloudLog, lastEnded } from "../logs/cloud.ts";
import { followBuild } from "../logs/follow.ts";
import { lastLocalLog, localLog } from "../logs/local.ts";
import { readStatus, type VariantStatus } from "../service/status.ts";
import type { Session } from "../session.ts";

export const logsCommand = defineCommand({
  usage: "logs [variant]",
  summary: "Follow the running build: phases, steps and lines, until it ends",
  group: "look",
  completes: "variants",
  options: (program) =>
    program.positional("variant", { describe: "The name of a variant", type: "string" }).options({
      last: { describe: "The last build that has ended", type: "boolean", default: false },
      every: { describe: "How often to look, in seconds", type: "number", default: 5, requiresArg: true },
    }),
  async run({ variant, last, every }, session) {
    if (!(every >= 0)) throw usageError("--every is a number of seconds");
    const { variants } = await readStatus(session, { variant, images: "none" });
    const log = await (last ? lastLog(session, variant, variants) : runningLog(session, variants));
    const { terminal } = session;
    const followed = await followBuild(log, session, every * 1000);
    const { ok = true, how = "" } = followed.ended ?? {};
    terminal.answer(followed, () => (ok ? terminal.colors.green : terminal.colors.red)(oneLine(how)));
    return ok ? exitCodes.done : exitCodes.failed;
  },
});

async function runningLog(session: Session, variants: readonly VariantStatus[]): Promise<BuildLog> {
  const running = variants.flatMap(({ variant, running: build }) => (build ? [{ variant, build }] : []));
  const [one, another] = running;
  if (!one) throw new CliError("no build runs", ["--last shows the last one that has ended"]);
  if (another)
    throw usageError(
      `${running.length} builds run`,
      `name a variant: ${running.map((build) => build.variant).join(", ")}`,
    );
  const deployment = await session.deployment();
  if (!deployment.local) return cloudLog(deployment, one.build.build);
  return localLog(session, folderOf(deployment.local), one.variant, one.build);
}

async function lastLog(
  session: Session,
  variant: string | undefined,
  variants: readonly VariantStatus[],
): Promise<BuildLog> {
  const deployment = await session.deployment();
  const names = variants.map((one) => one.variant);
  if (deployment.local) return found(await lastLocalLog(session, folderOf(deployment.local), names));
  const id = await lastEnded(deployment, variant);
  return found(id === undefined ? undefined : cloudLog(deployment, id));
}

function found(log: BuildLog | undefined): BuildLog {
  if (!log) throw new CliError("no build has ended yet");
  return log;
}

function folderOf({ builds }: { builds?: string }): string {
  if (builds === undefined) throw new CliError("the local stack does not say where its logs are");
  return builds;
}
