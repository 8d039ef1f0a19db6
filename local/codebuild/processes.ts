import { setTimeout as sleep } from "node:timers/promises";

/** A killed process that nobody has collected yet still answers; who waits for that may wait forever. */
const collectingMilliseconds = 1000;

/**
 * Ends a process group: TERM to all of it, and KILL to those who are still there after the grace time.
 * @param group the process ID of its leader, who may have ended already
 */
export async function endGroup(group: number, graceMilliseconds: number): Promise<void> {
  signalGroup(group, "SIGTERM");
  if (await isGone(group, graceMilliseconds)) return;
  signalGroup(group, "SIGKILL");
  await isGone(group, collectingMilliseconds);
}

async function isGone(group: number, milliseconds: number): Promise<boolean> {
  const deadline = performance.now() + milliseconds;
  while (signalGroup(group, 0)) {
    if (performance.now() >= deadline) return false;
    await sleep(20);
  }
  return true;
}

/** Whether there was somebody to signal. */
export function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-group, signal);
  } catch {
    return false;
  }
}
