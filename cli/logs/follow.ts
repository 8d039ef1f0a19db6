import { setTimeout } from "node:timers/promises";
import { oneLine } from "../../functions/config/clip.ts";
import { TransientError } from "../cli-error.ts";
import type { Session } from "../session.ts";
import { readable } from "../terminal/text.ts";
import { type BuildLog, type BuildProgress, stepIn } from "./build-log.ts";

/** How many lines from before are shown. */
const shownBefore = 20;

/** How many readings in a row may fail. */
const toleratedFailures = 3;

/** What is known of a build once it has ended. */
export interface Followed extends BuildProgress {
  build: string;
  /** The script that Packer ran last. */
  step: string | undefined;
  /** The last ones. */
  lines: string[];
}

/**
 * Shows a build until it ends: the last lines, then each new one, each phase and each step.
 * @param every how often to look, in milliseconds
 */
export async function followBuild(log: BuildLog, session: Session, every: number): Promise<Followed> {
  const { terminal, context } = session;
  const { colors } = terminal;
  // With --json the one document at the end is all.
  const say = terminal.json ? () => undefined : terminal.say;
  let seen: string[] = [];
  let step: string | undefined;
  let phase: string | undefined;
  const what = () => [phase || "Looking at the build", step].filter(Boolean).join(", ");
  say(colors.bold(log.name));
  for (let isFirst = true; ; isFirst = false) {
    const { progress, lines } = await lookAt(log, session, every, what());
    if (progress.phase !== phase) {
      phase = progress.phase;
      if (phase !== "") say(colors.cyan(`phase ${phase}`));
    }
    const begins = isFirst ? Math.max(0, lines.length - shownBefore) : 0;
    for (const [index, line] of lines.entries()) {
      const next = stepIn(line);
      if (next !== undefined && next !== step) {
        step = next;
        if (index >= begins) say(colors.cyan(`step ${step}`));
      }
      if (index === begins && begins > 0 && step !== undefined) say(colors.cyan(`step ${step}`));
      if (index >= begins) say(`  ${readable(line)}`);
    }
    seen = [...seen, ...lines].slice(-shownBefore);
    if (progress.ended) return { build: log.name, ...progress, step, lines: seen };
    await terminal.progress(what(), () => setTimeout(every, undefined, { signal: context.signal }));
  }
}

/** Reads what is new. A build goes on although a reading fails, so only several in a row end the command. */
async function lookAt(log: BuildLog, { terminal, context }: Session, every: number, what: string) {
  for (let failed = 0; ; ) {
    try {
      return await terminal.progress(what, async () => ({
        progress: await log.progress(),
        lines: (await log.lines()).map(oneLine),
      }));
    } catch (error) {
      failed += 1;
      if (context.signal.aborted || failed > toleratedFailures || !(error instanceof TransientError)) throw error;
      terminal.warn(oneLine(`${error.message} (it is tried again)`));
      await terminal.progress(what, () => setTimeout(every, undefined, { signal: context.signal }));
    }
  }
}
