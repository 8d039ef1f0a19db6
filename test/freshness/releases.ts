import { nextPatchTuesday } from "../../functions/config/patch-tuesday.ts";
import { day, hour } from "../world.ts";

/** Something that upstream publishes. `at` is in milliseconds since the epoch. */
export interface Release {
  at: number;
  of: "kubernetes" | "baseAmi";
}

/** A year with twelve Patch Tuesdays whose Kubernetes patches are all published. */
export const year = { from: Date.parse("2025-09-01T00:00:00Z"), to: Date.parse("2026-09-01T00:00:00Z") };

/** From when Microsoft's updates can be installed (msrc.microsoft.com, "Security Update Guide FAQ"). */
export const microsoft = { time: "10:00", timeZone: "America/Los_Angeles" };

/** The days of Kubernetes 1.34.1 to 1.34.9 and 1.35.7 to 1.35.8 (kubernetes.io/releases/1.34 and /1.35). */
export const kubernetesDays = [
  "2025-09-09",
  "2025-11-11",
  "2025-12-09",
  "2026-02-10",
  "2026-02-26",
  "2026-03-19",
  "2026-04-14",
  "2026-05-12",
  "2026-06-09",
  "2026-07-14",
  "2026-08-11",
];

/**
 * How many days after the Patch Tuesday of each month, from January on, AWS released its EKS image of Windows Server 2022
 * Core in 2025 (Amazon EKS user guide, "Retrieve Windows AMI version information", Kubernetes 1.31).
 */
export const eksDays = [1, 4, 3, 6, 4, 3, 8, 6, 4, 4, 3, 6];

/** The Patch Tuesdays between two times, as the times of Microsoft's release. */
export function patchTuesdays(from: number, to: number): number[] {
  const found: number[] = [];
  for (let at = nextPatchTuesday(from, microsoft); at < to; at = nextPatchTuesday(at, microsoft)) found.push(at);
  return found;
}

/**
 * What upstream publishes between two times. Only the days are known, so Kubernetes comes at an hour that hinders most:
 * noon UTC of a Patch Tuesday, hours before Microsoft.
 * @param kubernetesHour the hour of the day, UTC
 */
export function releasesBetween(from: number, to: number, kubernetesHour = 12): Release[] {
  const kubernetes = kubernetesDays.map((date) => Date.parse(date) + kubernetesHour * hour);
  const bases = patchTuesdays(from, to).map((at) => at + (eksDays[new Date(at).getUTCMonth()] ?? 0) * day);
  return [
    ...kubernetes.map((at): Release => ({ at, of: "kubernetes" })),
    ...bases.map((at): Release => ({ at, of: "baseAmi" })),
  ].filter(({ at }) => at >= from && at < to);
}
