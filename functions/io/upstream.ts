import { GetParametersCommand } from "@aws-sdk/client-ssm";
import { chunk } from "es-toolkit";
import { clip } from "../config/clip.ts";
import type { Configuration } from "../config/configuration.ts";
import type { Availability, Observed } from "../config/observed.ts";
import type { Described } from "../domain/images.ts";
import { baseParameterOf, harvestParameterOf, type Upstream } from "../domain/upstream.ts";
import { describeById } from "./images.ts";
import { readPatches } from "./kubernetes-releases.ts";
import { ssm } from "./ssm-client.ts";

/** Names in one call of GetParameters (AWS API reference). */
const maxNames = 10;

/**
 * The AMI IDs behind the public parameters that the variants depend on, by parameter. Never throws: an answer that does
 * not come is unknown.
 */
export async function readPublicAmis({ variants }: Configuration): Promise<Map<string, Observed>> {
  const parameters = variants.flatMap((variant) =>
    [baseParameterOf(variant), harvestParameterOf(variant) ?? []].flat(),
  );
  const answers = await Promise.all(chunk([...new Set(parameters)], maxNames).map(readBatch));
  return new Map(answers.flat());
}

/**
 * What the variants depend on upstream, by variant name. Never throws: a source that does not answer is unknown.
 * @param reading the public AMIs, if they are being read already
 */
export async function readUpstream(
  configuration: Configuration,
  reading: Promise<Map<string, Observed>> = readPublicAmis(configuration),
): Promise<Record<string, Upstream>> {
  const { variants, policies } = configuration;
  const minors = variants.map(({ kubernetes }) => kubernetes);
  const [[amis, images], patches] = await Promise.all([reading.then(withImages), readPatches(minors, policies)]);
  return Object.fromEntries(
    variants.map((variant): [string, Upstream] => {
      const baseParameter = baseParameterOf(variant);
      const harvestParameter = harvestParameterOf(variant);
      const baseAmi = amis.get(baseParameter) as Observed;
      const base = baseAmi.state === "known" ? images.get(baseAmi.value) : undefined;
      const harvestSource = harvestParameter === undefined ? undefined : amis.get(harvestParameter);
      return [
        variant.name,
        {
          baseParameter,
          baseAmi,
          baseImage: imageBehind(baseAmi, images),
          baseReleasedAt: (base?.status === "described" && base.createdAt) || undefined,
          kubernetes: patches.get(variant.kubernetes) as Observed,
          harvestSource,
          harvestImage: harvestSource && imageBehind(harvestSource, images),
        },
      ];
    }),
  );
}

async function withImages(amis: Map<string, Observed>): Promise<[Map<string, Observed>, Map<string, Described>]> {
  const ids = [...amis.values()].flatMap((ami) => (ami.state === "known" ? [ami.value] : []));
  return [amis, await describeById([...new Set(ids)])];
}

async function readBatch(names: string[]): Promise<[string, Observed][]> {
  try {
    const { Parameters = [] } = await ssm.send(new GetParametersCommand({ Names: names }));
    const values = new Map(Parameters.map(({ Name, Value }) => [Name, Value]));
    return names.map((name) => [name, amiAnswer(name, values.get(name))]);
  } catch (error) {
    return names.map((name) => [name, { state: "unknown", why: `reading ${name}: ${(error as Error).message}` }]);
  }
}

function amiAnswer(name: string, value: string | undefined): Observed {
  if (value === undefined)
    return { state: "missing", why: `the public parameter ${name} does not exist in this Region` };
  if (!/^ami-[a-f0-9]{8,17}$/.test(value))
    return { state: "unknown", why: `${name} holds ${JSON.stringify(clip(value, 100))}, not an AMI ID` };
  return { state: "known", value };
}

function imageBehind(ami: Observed, images: ReadonlyMap<string, Described>): Availability {
  if (ami.state !== "known") return ami;
  const image = images.get(ami.value) ?? { status: "unknown", why: `nothing is known about ${ami.value}` };
  if (image.status === "unknown") return { state: "unknown", why: image.why };
  if (image.status === "gone") return { state: "missing", why: `${ami.value} does not exist, or no longer` };
  return image.state === "available"
    ? { state: "there" }
    : { state: "missing", why: `no instance can start from ${ami.value}: it is ${image.state}` };
}
