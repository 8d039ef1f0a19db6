import type { Policies } from "../functions/config/policies.ts";

/**
 * The hours without a reconcile run that raise an alarm: two intervals of the more frequent schedule, rounded up, at
 * least one hour.
 */
export function quietHoursOf({
  baseAmiSchedule,
  kubernetesSchedule,
}: Pick<Policies, "baseAmiSchedule" | "kubernetesSchedule">): number {
  return Math.max(1, Math.ceil((2 * Math.min(...[baseAmiSchedule, kubernetesSchedule].map(minutesOf))) / 60));
}

function minutesOf(rate: string): number {
  const [, count, unit = ""] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(rate) ?? [];
  return Number(count) * (unit === "day" ? 1440 : unit === "hour" ? 60 : 1);
}
