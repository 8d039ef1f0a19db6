import { setTimeout as sleep } from "node:timers/promises";

/** A killed process that its parent has not collected yet still answers signals, possibly forever. */
const collectingMilliseconds = 1000;
const pollMilliseconds = 20;

/**
 * Ends a process group: sends TERM to every process, and KILL to those that remain after the grace time.
 * @param group the process ID of its leader, which may have ended already
 * @param graceMilliseconds is counted in polls, so that it grows on a machine that starves this process
 */
export async function endGroup(group: number, graceMilliseconds: number): Promise<void> {
  signalGroup(group, "SIGTERM");
  if (await isGone(group, graceMilliseconds)) return;
  signalGroup(group, "SIGKILL");
  await isGone(group, collectingMilliseconds);
}

async function isGone(group: number, milliseconds: number): Promise<boolean> {
  for (let polls = milliseconds / pollMilliseconds; signalGroup(group, 0); polls--) {
    if (polls <= 0) return false;
    await sleep(pollMilliseconds);
  }
  return true;
}

/** Whether there was a process to signal. */
export function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-group, signal);
  } catch {
    return false;
  }
}
