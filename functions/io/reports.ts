import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { z } from "zod";
import { JsonText } from "../config/json.ts";

const s3 = new S3Client({});

/** What a build found inside its image, as far as people compare it. */
export const Report = z.object({
  /** Build number and revision of Windows, `20348.4052`. */
  osBuild: z.string(),
  kubernetes: z.object({ kubelet: z.string(), kubeProxy: z.string() }),
  containerd: z.string(),
  /** All that there are, `KB5066782` … */
  installedUpdates: z.array(z.string()),
  containerImages: z.array(z.object({ name: z.string(), digest: z.string() })),
  /** The user's own steps. */
  customSteps: z.array(z.object({ name: z.string(), sha256: z.string() })),
});
export type Report = z.infer<typeof Report>;

/** The report on an image that its build has left in the bucket; undefined where there is none, or none that can be read now. */
export async function readReport(bucket: string, image: string): Promise<Report | undefined> {
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: `reports/${image}/report.json` }));
    return JsonText.pipe(Report).safeParse(await Body?.transformToString()).data;
  } catch {
    // What it would say is welcome and no more: neither a missing nor an unreadable report may hold back a notification.
    return undefined;
  }
}

/** As many as people read; SNS takes 256 KB for a message in all its forms. */
const mostDifferences = 100;

/** What is inside an image that was not, or not so, inside the one before; a line a change. */
export function differences(previous: Report, current: Report): string[] {
  return [
    ...changed("Windows", previous.osBuild, current.osBuild),
    ...updates("Updates added", current.installedUpdates, previous.installedUpdates),
    ...updates("Updates removed", previous.installedUpdates, current.installedUpdates),
    ...changed("kubelet", previous.kubernetes.kubelet, current.kubernetes.kubelet),
    ...changed("kube-proxy", previous.kubernetes.kubeProxy, current.kubernetes.kubeProxy),
    ...changed("containerd", previous.containerd, current.containerd),
    ...named("Container image", digests(previous), digests(current)),
    ...named("Custom step", hashes(previous), hashes(current)),
  ].slice(0, mostDifferences);
}

function changed(what: string, from: string, to: string): string[] {
  return from === to ? [] : [`${what} ${from} → ${to}`];
}

function updates(what: string, these: string[], butNot: string[]): string[] {
  const found = these.filter((update) => !butNot.includes(update));
  return found.length === 0 ? [] : [`${what}: ${found.join(", ")}`];
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

/** As much of a hash as people read. */
function short(hash: string): string {
  return hash.slice(0, hash.startsWith("sha256:") ? 19 : 12);
}
