import { median } from "./median.ts";

/** Runs before the first that counts: until then Node compiles what runs often. */
const warmups = 40;
const runs = 31;

/** The median of the CPU time that a call takes, in milliseconds, with what Node collects in other threads. */
export function medianCpu(work: () => unknown): number {
  for (let run = 0; run < warmups; run++) work();
  const times = Array.from({ length: runs }, () => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  });
  return median(times);
}
