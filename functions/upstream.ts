import { DescribeClusterVersionsCommand, EKSClient } from "@aws-sdk/client-eks";
import { GetParametersCommand, SSMClient } from "@aws-sdk/client-ssm";
import { z } from "zod";
import type { Configuration, Variant } from "./configuration.ts";
import { describeById } from "./images.ts";

const ssm = new SSMClient({});
const eks = new EKSClient({});

/** What an upstream said. `unknown` (it did not answer) is never drift; `missing` (it answered that there is none) is trouble. */
export type Observed =
  | { state: "known"; value: string }
  | { state: "unknown"; why: string }
  | { state: "missing"; why: string };

/** What the world outside offers a variant. */
export interface Upstream {
  /** Name of the base family's public parameter. */
  baseParameter: string;
  /** AMI ID behind that parameter. */
  baseAmi: Observed;
  /** When that AMI was released, in milliseconds since the epoch; undefined where EC2 did not say. */
  baseReleasedAt: number | undefined;
  /** Patch version without `v`. */
  kubernetes: Observed;
  /** What a build of it has to download: whether it can be had now, and its checksum. */
  binaries: Availability;
  /** AMI ID of AWS's newest EKS image of the minor, from which the closed pieces are harvested; only on the assemble recipe. */
  harvestSource: Observed | undefined;
}

/** Whether something that a build needs is there. */
export type Availability = { state: "there" } | { state: "unknown"; why: string } | { state: "missing"; why: string };

/** GetParameters takes 10 names a call (AWS API reference). */
const namesPerCall = 10;
/** Milliseconds the Kubernetes release host has for an answer. */
const releaseHostTimeout = 5_000;

/** Everything upstream that the variants depend on, by variant name. Never throws: what does not answer is unknown. */
export async function readUpstream({ variants, policies }: Configuration): Promise<Record<string, Upstream>> {
  const minors = [...new Set(variants.map(({ kubernetes }) => kubernetes))];
  const [bases, patches] = await Promise.all([
    readBaseAmis([...new Set(variants.map(baseParameterOf))]),
    Promise.all(
      minors.map((minor) =>
        policies.kubernetesSource === "eks"
          ? readEksPatch(minor)
          : readUpstreamPatch(policies.kubernetesReleaseUrl, minor),
      ),
    ),
  ]);
  const releases = await readReleaseDates(
    [...bases.values()].flatMap((base) => (base.state === "known" ? [base.value] : [])),
  );
  return Object.fromEntries(
    variants.map((variant) => {
      const baseParameter = baseParameterOf(variant);
      const baseAmi = bases.get(baseParameter) as Observed;
      const baseReleasedAt = baseAmi.state === "known" ? releases.get(baseAmi.value) : undefined;
      const kubernetes = patches[minors.indexOf(variant.kubernetes)] as Observed;
      return [
        variant.name,
        { baseParameter, baseAmi, baseReleasedAt, kubernetes, binaries: { state: "there" }, harvestSource: undefined },
      ];
    }),
  );
}

/** AWS's public parameter for the newest image of a base family. Names as in the EKS and EC2 Windows guides. */
export function baseParameterOf({ windows, edition, base, kubernetes }: Variant): string {
  const family = `/aws/service/ami-windows-latest/Windows_Server-${windows}-English-${edition}-${base}`;
  return base === "EKS_Optimized" ? `${family}-${kubernetes}/image_id` : family;
}

async function readBaseAmis(names: string[]): Promise<Map<string, Observed>> {
  const batches = Array.from({ length: Math.ceil(names.length / namesPerCall) }, (_, index) =>
    names.slice(index * namesPerCall, (index + 1) * namesPerCall),
  );
  const answers = await Promise.all(batches.map(readBaseBatch));
  return new Map(answers.flat());
}

async function readBaseBatch(names: string[]): Promise<[string, Observed][]> {
  try {
    const { Parameters = [] } = await ssm.send(new GetParametersCommand({ Names: names }));
    const values = new Map(Parameters.map(({ Name, Value }) => [Name, Value]));
    return names.map((name) => [name, baseAnswer(name, values.get(name))]);
  } catch (error) {
    return names.map((name) => [name, { state: "unknown", why: `reading ${name}: ${(error as Error).message}` }]);
  }
}

function baseAnswer(name: string, value: string | undefined): Observed {
  if (value === undefined)
    return { state: "missing", why: `the public parameter ${name} does not exist in this Region` };
  if (!/^ami-[a-f0-9]{8,17}$/.test(value))
    return { state: "unknown", why: `${name} holds ${JSON.stringify(value)}, not an AMI ID` };
  return { state: "known", value };
}

/** Only the silence report needs the dates; those that EC2 does not tell now wait for the next look. */
async function readReleaseDates(ids: string[]): Promise<Map<string, number>> {
  const described = await describeById([...new Set(ids)]);
  return new Map(
    [...described].flatMap(([id, image]) => (image.status === "described" ? [[id, image.createdAt]] : [])),
  );
}

/** `https://dl.k8s.io/release/stable-1.36.txt` holds `v1.36.4`. */
const StableRelease = z
  .string()
  .trim()
  .regex(/^v1\.\d+\.\d+$/)
  .transform((version) => version.slice(1));

async function readUpstreamPatch(releaseUrl: string, minor: string): Promise<Observed> {
  const url = `${releaseUrl}/release/stable-${minor}.txt`;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(releaseHostTimeout) });
    if (response.status === 404)
      return { state: "missing", why: `${url} does not exist: there is no Kubernetes ${minor}` };
    if (!response.ok) return { state: "unknown", why: `${url} answered ${response.status}` };
    return patchAnswer(url, minor, StableRelease.safeParse(await response.text()).data);
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

function patchAnswer(source: string, minor: string, patch: string | undefined): Observed {
  if (patch === undefined || !patch.startsWith(`${minor}.`))
    return { state: "unknown", why: `${source} named ${patch ?? "no version"}, not a patch of ${minor}` };
  return { state: "known", value: patch };
}
