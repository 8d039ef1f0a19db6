import { setTimeout as sleep } from "node:timers/promises";

/** A killed process that its parent has not collected yet still answers signals, possibly forever. */
const collectingMilliseconds = 1000;
const pollMilliseconds = 20;

/**
 * Kills a process group as CodeBuild ends a build: no process gets a signal that it could clean up on (aws-lc#1233).
 * @param group the process ID of its leader, which may have ended already
 */
export async function killGroup(group: number): Promise<void> {
  for (let polls = collectingMilliseconds / pollMilliseconds; signalGroup(group, "SIGKILL") && polls > 0; polls--)
    await sleep(pollMilliseconds);
}

/** Whether there was a process to signal. */
export function signalGroup(group: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(-group, signal);
  } catch {
    return false;
  }
}
