import { DescribeClusterVersionsCommand, EKSClient } from "@aws-sdk/client-eks";
import * as z from "zod";
import { clip } from "../config/clip.ts";
import type { Availability, Observed } from "../config/observed.ts";
import type { Policies } from "../config/policies.ts";
import { clientSettings, requestLimits } from "./client-settings.ts";

const eks = new EKSClient(clientSettings);

/** What a build downloads from the release host, each with its checksum. */
const programs = ["kubelet.exe", "kube-proxy.exe"];
const there: Availability = { state: "there" };

/** The wanted patch version by minor, from the source that the policies name. Never throws. */
export async function readPatches(
  minors: readonly string[],
  { kubernetesSource, kubernetesReleaseUrl }: Policies,
): Promise<Map<string, Observed>> {
  const read = (minor: string) =>
    kubernetesSource === "eks" ? readEksPatch(minor) : readUpstreamPatch(kubernetesReleaseUrl, minor);
  return new Map(
    await Promise.all(
      [...new Set(minors)].map(async (minor): Promise<[string, Observed]> => [minor, await read(minor)]),
    ),
  );
}

/**
 * Folders of the release host in which this process has seen all checksums. It is assumed that a release stays there; of
 * a mirror that loses one, the next build tells.
 */
const complete = new Set<string>();

/**
 * Whether the Windows binaries of a version can be downloaded now, by version. Their checksums, which a build needs too,
 * stand for them. What was there once is not asked for again. Never throws.
 */
export async function readBinaries(
  versions: readonly string[],
  releaseUrl: string,
): Promise<Record<string, Availability>> {
  const distinct = [...new Set(versions)];
  const availabilities = await Promise.all(
    distinct.map(async (version) => {
      const folder = `${releaseUrl}/v${version}/bin/windows/amd64`;
      if (complete.has(folder)) return there;
      const answer = worst(await Promise.all(programs.map((program) => isChecksum(`${folder}/${program}.sha256`))));
      if (answer.state === "there") complete.add(folder);
      return answer;
    }),
  );
  return Object.fromEntries(distinct.map((version, index) => [version, availabilities[index] as Availability]));
}

function worst(answers: Availability[]): Availability {
  return answers.find(({ state }) => state === "missing") ?? answers.find(({ state }) => state === "unknown") ?? there;
}

async function isChecksum(url: string): Promise<Availability> {
  const answer = await ask(url);
  if (answer.state !== "known") return answer;
  return /^[a-f0-9]{64}\b/i.test(answer.value.trim()) ? there : { state: "unknown", why: `${url} holds no SHA-256` };
}

/** `https://dl.k8s.io/release/stable-1.36.txt` holds `v1.36.4`. */
const StableRelease = z
  .string()
  .trim()
  .regex(/^v1\.\d+\.\d+$/)
  .transform((version) => version.slice(1));

async function readUpstreamPatch(releaseUrl: string, minor: string): Promise<Observed> {
  const url = `${releaseUrl}/release/stable-${minor}.txt`;
  const answer = await ask(url);
  if (answer.state === "missing") return { ...answer, why: `${answer.why}: there is no Kubernetes ${minor}` };
  return answer.state === "known" ? patchAnswer(url, minor, StableRelease.safeParse(answer.value).data) : answer;
}

/** In bytes. The release host answers with a version or a checksum; a mirror's page for errors may be longer. */
const longestAnswer = 10_000;

/** An answer's body as text; undefined if it is longer than {@link longestAnswer}. The rest is not read. */
async function beginningOf({ body }: Response): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > longestAnswer) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** Asks the release host, which redirects to its CDN. */
async function ask(url: string): Promise<Observed> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(requestLimits.RELEASE_HOST_TIMEOUT_MS) });
    if (response.status === 404) return { state: "missing", why: `${url} does not exist` };
    if (!response.ok) return { state: "unknown", why: `${url} answered ${response.status}` };
    const value = await beginningOf(response);
    return value === undefined
      ? { state: "unknown", why: `${url} answered more than ${longestAnswer} bytes` }
      : { state: "known", value };
  } catch (error) {
    return { state: "unknown", why: `reading ${url}: ${(error as Error).message}` };
  }
}

async function readEksPatch(minor: string): Promise<Observed> {
  const source = `eks:DescribeClusterVersions of ${minor}`;
  try {
    const { clusterVersions = [] } = await eks.send(new DescribeClusterVersionsCommand({ clusterVersions: [minor] }));
    const patch = clusterVersions.find(({ clusterVersion }) => clusterVersion === minor)?.kubernetesPatchVersion;
    return patchAnswer(source, minor, patch);
  } catch (error) {
    return { state: "unknown", why: `asking ${source}: ${(error as Error).message}` };
  }
}

/** The version becomes a variable of Packer, part of an address and a tag. */
function patchAnswer(source: string, minor: string, patch: string | undefined): Observed {
  if (patch === undefined || !/^1\.\d{2}\.\d{1,4}$/.test(patch) || !patch.startsWith(`${minor}.`)) {
    const said = patch === undefined ? "no version" : JSON.stringify(clip(patch, 100));
    return { state: "unknown", why: `${source} answered ${said}, which is not a patch of ${minor}` };
  }
  return { state: "known", value: patch };
}
