import { takeWhile } from "es-toolkit";
import * as z from "zod";
import { clip, oneLine } from "../config/clip.ts";
import { describeSize } from "./measures.ts";

/** What a build found inside its image, as far as notifications compare it. */
export const Report = z.object({
  /** Build number and revision of Windows, `20348.4052`. */
  osBuild: z.string(),
  kubernetes: z.object({ kubelet: z.string(), kubeProxy: z.string() }),
  containerd: z.string(),
  /** `KB5066782` … */
  installedUpdates: z.array(z.string()),
  containerImages: z.array(z.object({ name: z.string(), digest: z.string() })),
  /** The steps in `packer/custom/`. */
  customSteps: z.array(z.object({ name: z.string(), sha256: z.string() })),
  /** What the files on its disk take. Older reports have none. */
  disk: z
    .object({
      usedBytes: z.number(),
      folders: z.array(z.object({ path: z.string(), bytes: z.number() })),
    })
    .optional(),
});
export type Report = z.infer<typeof Report>;

interface Room {
  /** Characters of all lines together as JSON. */
  characters: number;
  line: number;
}

/**
 * A message of SNS holds the lines ten times, each quote in them as up to four characters, in 256 KB. One that is larger
 * is refused, and the channel then waits for its notification.
 */
const inMessage: Room = { characters: 8_000, line: 500 };

/** A folder that grew by fewer bytes (0.1 GiB) is not named: sizes as they are written would not differ. */
const noticeable = Math.round(0.1 * 1024 ** 3);

/** Where nothing limits what is said. */
export const everyDifference: Room = { characters: Number.POSITIVE_INFINITY, line: Number.POSITIVE_INFINITY };

/**
 * What changed inside an image compared with the previous one, a line a change. A report is a guest's word: what exceeds
 * the room is left out.
 */
export function differences(previous: Report, current: Report, room: Room = inMessage): string[] {
  const lines = [
    ...changed("Windows", previous.osBuild, current.osBuild),
    ...updates("Updates added", current.installedUpdates, previous.installedUpdates),
    ...updates("Updates removed", previous.installedUpdates, current.installedUpdates),
    ...changed("kubelet", previous.kubernetes.kubelet, current.kubernetes.kubelet),
    ...changed("kube-proxy", previous.kubernetes.kubeProxy, current.kubernetes.kubeProxy),
    ...changed("containerd", previous.containerd, current.containerd),
    ...named("Container image", digests(previous), digests(current)),
    ...named("Custom step", hashes(previous), hashes(current)),
    ...size(previous, current),
    ...grown(previous, current),
  ];
  return within(room, lines);
}

/** The folders that grew, the one that grew most first, a line a folder; none if a report does not have them. */
export function grownFolders(previous: Report, current: Report, room: Room = inMessage): string[] {
  return within(room, grown(previous, current));
}

function within(room: Room, all: string[]): string[] {
  const lines = all.map((line) => clip(oneLine(line), room.line));
  let left = room.characters;
  return takeWhile(lines, (line) => {
    left -= Buffer.byteLength(JSON.stringify(line));
    return left >= 0;
  });
}

function size({ disk: before }: Report, { disk: now }: Report): string[] {
  return before && now ? changed("Size on disk", describeSize(before.usedBytes), describeSize(now.usedBytes)) : [];
}

/** A report names the largest folders only: one that the earlier report does not name was smaller than those. */
function grown({ disk: before }: Report, { disk: now }: Report): string[] {
  if (!before || !now || before.folders.length === 0) return [];
  const sizes = new Map(before.folders.map(({ path, bytes }) => [path, bytes]));
  const smallest = Math.min(...sizes.values());
  const folders = now.folders.map(({ path, bytes: to }) => {
    const from = sizes.get(path);
    return { path, from, to, by: to - (from ?? smallest) };
  });
  return folders
    .filter(({ by }) => by >= noticeable)
    .toSorted((one, other) => other.by - one.by)
    .map(({ path, from, to }) =>
      from === undefined
        ? `Folder ${path} now has ${describeSize(to)}`
        : `Folder ${path} ${describeSize(from)} → ${describeSize(to)}`,
    );
}

function changed(what: string, from: string, to: string): string[] {
  return from === to ? [] : [`${what} ${from} → ${to}`];
}

function updates(what: string, these: string[], butNot: string[]): string[] {
  const difference = these.filter((update) => !butNot.includes(update));
  return difference.length === 0 ? [] : [`${what}: ${difference.join(", ")}`];
}

function digests({ containerImages }: Report): Map<string, string> {
  return new Map(containerImages.map(({ name, digest }) => [name, digest]));
}

function hashes({ customSteps }: Report): Map<string, string> {
  return new Map(customSteps.map(({ name, sha256 }) => [name, sha256]));
}

function named(what: string, before: Map<string, string>, now: Map<string, string>): string[] {
  return [...new Set([...before.keys(), ...now.keys()])].toSorted().flatMap((name) => {
    const [from, to] = [before.get(name), now.get(name)];
    if (from === to) return [];
    if (from === undefined) return [`${what} ${name} added`];
    return [to === undefined ? `${what} ${name} removed` : `${what} ${name} ${short(from)} → ${short(to)}`];
  });
}

/** The first 12 digits of a hash. */
function short(hash: string): string {
  return hash.slice(0, hash.startsWith("sha256:") ? 19 : 12);
}
