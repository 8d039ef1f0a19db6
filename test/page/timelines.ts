import type { Memory } from "../../functions/api/timeline.ts";
import type { Build } from "../../functions/domain/builds.ts";
import type { ChannelVersion } from "../../functions/domain/channels.ts";
import type { Report } from "../../functions/domain/reports.ts";
import { core, day, hour, minute, newBuild, newImage, newWorld, type OpenWorld } from "../world.ts";
import { hostile } from "./scenes.ts";

/** A world, and what AWS remembers of its first variant. */
export interface Remembered {
  world: OpenWorld;
  memory: Memory;
}

export const timelines: Readonly<Record<string, () => Remembered>> = {
  "timeline-empty": () => ({
    world: newWorld({}, at),
    memory: { ...nothing, buildsSince: Date.parse(at) - 365 * day },
  }),
  timeline: () => halfAYear("0"),
  "timeline-hostile": () => halfAYear(hostile),
};

const at = "2026-11-04T12:00:00Z";
const nothing: Memory = { builds: [], buildsSince: 0, versions: { candidate: [], stable: [] }, reports: new Map() };

/** A build every eight days, some of which failed. CodeBuild and Parameter Store have forgotten the first months. */
function halfAYear(text: string): Remembered {
  const world = newWorld({}, at);
  const starts = Array.from({ length: 22 }, (_, index) => world.now - (22 - index) * 8 * day + 3 * day);
  const inputs = { baseAmi: "ami-00000000000000001", kubernetes: "1.35.7", patchTuesday: "2026-10-13" };
  const failure = { class: "updates" as const, cause: `Windows Update answers 0x8024402c ${text}`, lines: [] };
  const fails = (index: number) => index % 5 === 3;
  const builds = starts.map((startedAt, index): Build => {
    const ended = { startedAt, endedAt: startedAt + 88 * minute, token: `${index}` };
    const id = `project:${index}`;
    if (fails(index))
      return newBuild(world, { id, variant: core, inputs, ...ended, status: "failed", failure, log: text });
    return newBuild(world, { id, variant: core, inputs, ...ended, status: "succeeded", image: idOf(index) });
  });
  const made = starts.flatMap((startedAt, index) =>
    fails(index) ? [] : [{ index, provedAt: startedAt + 88 * minute }],
  );
  for (const { index, provedAt } of made) {
    const reasons = `baseAmi ami-0000000000000000${index % 10} → ami-1000000000000000${index % 10}\n${text}`;
    const revoked = index === 14 ? { reason: text, by: text, at: provedAt + 2 * day } : undefined;
    const image = { id: idOf(index), variant: core, inputs, createdAt: provedAt - hour, provedAt, reasons, revoked };
    world.images.push(newImage(world, image));
  }
  const versions = (late: number) =>
    made.map(
      ({ index, provedAt }, place): ChannelVersion => ({
        version: place + 1,
        image: idOf(index),
        at: provedAt + late,
        by: `arn:aws:sts::123456789012:assumed-role/reconcile/${text}`,
      }),
    );
  const kept = (all: ChannelVersion[]) => all.filter(({ version }) => version > 5 && (version < 9 || version > 10));
  return {
    world,
    memory: {
      builds: builds.slice(6),
      buildsSince: (starts[6] ?? 0) - hour,
      versions: { candidate: kept(versions(minute)), stable: kept(versions(day)) },
      reports: new Map(made.slice(-4).map(({ index }) => [idOf(index), reportOf(index, text)])),
    },
  };
}

function idOf(index: number): string {
  return `ami-${`${index}`.padStart(17, "0")}`;
}

function reportOf(index: number, text: string): Report {
  return {
    osBuild: `20348.${4400 + index}`,
    kubernetes: { kubelet: "1.35.7", kubeProxy: "1.35.7" },
    containerd: "2.1.6",
    installedUpdates: [`KB50687${index}`],
    containerImages: [{ name: text, digest: `sha256:${`${index}`.repeat(32)}` }],
    customSteps: [],
  };
}
