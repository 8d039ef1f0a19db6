import { GetParametersCommand, SSMClient } from "@aws-sdk/client-ssm";
import { type Configuration, recipeOf, type Variant } from "../config/configuration.ts";
import type { Availability, Observed } from "../config/observed.ts";
import { type Described, describeById } from "./images.ts";
import { readPatches } from "./kubernetes-releases.ts";

const ssm = new SSMClient({});

/** What the world outside offers a variant. */
export interface Upstream {
  /** Name of the base family's public parameter. */
  baseParameter: string;
  /** AMI ID behind that parameter. */
  baseAmi: Observed;
  /** Whether an instance can be started from that AMI: AWS withdraws old ones. */
  baseImage: Availability;
  /** When that AMI was released, in milliseconds since the epoch; undefined where EC2 did not say. */
  baseReleasedAt: number | undefined;
  /** Patch version without `v`. */
  kubernetes: Observed;
  /** AMI ID of AWS's newest EKS image of the minor, from which the closed pieces are harvested; only on the assemble recipe. */
  harvestSource: Observed | undefined;
  /** Whether an instance can be started from it. */
  harvestImage: Availability | undefined;
}

/** GetParameters takes 10 names a call (AWS API reference). */
const namesPerCall = 10;

/** Everything upstream that the variants depend on, by variant name. Never throws: what does not answer is unknown. */
export async function readUpstream({ variants, policies }: Configuration): Promise<Record<string, Upstream>> {
  const parameters = variants.flatMap((variant) =>
    [baseParameterOf(variant), harvestParameterOf(variant) ?? []].flat(),
  );
  const minors = variants.map(({ kubernetes }) => kubernetes);
  const [amis, patches] = await Promise.all([readAmiIds([...new Set(parameters)]), readPatches(minors, policies)]);
  const ids = [...amis.values()].flatMap((ami) => (ami.state === "known" ? [ami.value] : []));
  const images = await describeById([...new Set(ids)]);
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

/** AWS's public parameter for the newest image of a base family. Names as in the EKS and EC2 Windows guides. */
export function baseParameterOf({ windows, edition, base, kubernetes }: Variant): string {
  const family = `/aws/service/ami-windows-latest/Windows_Server-${windows}-English-${edition}-${base}`;
  return base === "EKS_Optimized" ? `${family}-${kubernetes}/image_id` : family;
}

/** The parameter of the image whose closed pieces go into one of ours: AWS's EKS image of the same Windows and minor, always the smaller edition. */
function harvestParameterOf(variant: Variant): string | undefined {
  if (recipeOf(variant) === "layer") return undefined;
  return baseParameterOf({ ...variant, edition: "Core", base: "EKS_Optimized" });
}

async function readAmiIds(names: string[]): Promise<Map<string, Observed>> {
  const batches = Array.from({ length: Math.ceil(names.length / namesPerCall) }, (_, index) =>
    names.slice(index * namesPerCall, (index + 1) * namesPerCall),
  );
  const answers = await Promise.all(batches.map(readBatch));
  return new Map(answers.flat());
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
    return { state: "unknown", why: `${name} holds ${JSON.stringify(value)}, not an AMI ID` };
  return { state: "known", value };
}

function imageBehind(ami: Observed, images: ReadonlyMap<string, Described>): Availability {
  if (ami.state !== "known") return ami;
  const image = images.get(ami.value) ?? { status: "unknown", why: `nothing is known of ${ami.value}` };
  if (image.status === "unknown") return { state: "unknown", why: image.why };
  if (image.status === "gone") return { state: "missing", why: `EC2 does not know ${ami.value} (any more)` };
  return image.state === "available"
    ? { state: "there" }
    : { state: "missing", why: `${ami.value} cannot be started from: it is ${image.state}` };
}
