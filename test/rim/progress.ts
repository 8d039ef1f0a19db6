import { setTimeout } from "node:timers/promises";
import type { Emulator } from "../../local/aws/emulator.ts";

/** What was read so far of an emulator's calls and events. */
interface Progress {
  calls: number;
  events: number;
  /** By parameter: the writes that Parameter Store has answered and not validated yet. */
  unvalidated: Map<string, number>;
}

const progressOf = new WeakMap<Emulator, Progress>();

/**
 * Waits until Parameter Store has validated every image that was written below the prefix, however slow the machine.
 * @throws Error if the emulator is gone
 */
export async function validated(emulator: Emulator, prefix: string): Promise<void> {
  for (;;) {
    const { unvalidated } = await follow(emulator);
    if (![...unvalidated].some(([name, count]) => name.startsWith(prefix) && count > 0)) return;
    await setTimeout(10);
  }
}

async function follow(emulator: Emulator): Promise<Progress> {
  const progress = progressOf.get(emulator) ?? { calls: 0, events: 0, unvalidated: new Map() };
  progressOf.set(emulator, progress);
  const count = (name: unknown, change: number) =>
    progress.unvalidated.set(String(name), (progress.unvalidated.get(String(name)) ?? 0) + change);
  const calls = await emulator.calls(progress.calls);
  const underWay = calls.findIndex(({ status }) => status === 0);
  const answered = calls.slice(0, underWay === -1 ? calls.length : underWay);
  const events = await emulator.events(progress.events);
  progress.calls += answered.length;
  progress.events += events.length;
  for (const { operation, parameters, status } of answered)
    if (operation === "PutParameter" && parameters.DataType === "aws:ec2:image" && status === 200)
      count(parameters.Name, 1);
  for (const { detail } of events)
    if (detail.dataType === "aws:ec2:image" && detail.operation !== "Delete") count(detail.name, -1);
  return progress;
}
