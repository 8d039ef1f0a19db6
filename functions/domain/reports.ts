import { takeWhile } from "es-toolkit";
import * as z from "zod";
import { clip, oneLine } from "../config/clip.ts";

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
});
export type Report = z.infer<typeof Report>;

/**
 * Characters of all lines together as JSON. A message of SNS holds them ten times, each quote in them as up to four
 * characters, in 256 KB. One that is larger is refused, and the channel then waits for its notification.
 */
const maxCharacters = 8_000;
const maxLineLength = 500;

/**
 * What changed inside an image compared with the previous one, a line a change. A report is a guest's word: what exceeds
 * 8,000 characters is left out.
 */
export function differences(previous: Report, current: Report): string[] {
  const lines = [
    ...changed("Windows", previous.osBuild, current.osBuild),
    ...updates("Updates added", current.installedUpdates, previous.installedUpdates),
    ...updates("Updates removed", previous.installedUpdates, current.installedUpdates),
    ...changed("kubelet", previous.kubernetes.kubelet, current.kubernetes.kubelet),
    ...changed("kube-proxy", previous.kubernetes.kubeProxy, current.kubernetes.kubeProxy),
    ...changed("containerd", previous.containerd, current.containerd),
    ...named("Container image", digests(previous), digests(current)),
    ...named("Custom step", hashes(previous), hashes(current)),
  ].map((line) => clip(oneLine(line), maxLineLength));
  let left = maxCharacters;
  return takeWhile(lines, (line) => {
    left -= Buffer.byteLength(JSON.stringify(line));
    return left >= 0;
  });
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
