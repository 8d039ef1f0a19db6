import { iso } from "../../config/time.ts";
import type { VariantState } from "../variant-state.ts";
import type { World } from "../world.ts";
import type { Told } from "./notification.ts";

/** What is wrong with what AWS and Kubernetes release; nothing of it mends itself here. */
export type SourceFact =
  | { kind: "silent"; parameter: string; image: string; releasedAt: number }
  | { kind: "base-missing"; parameter: string; why: string }
  | { kind: "harvest-missing"; why: string }
  | { kind: "kubernetes-missing"; minor: string; why: string };

/** AWS's images that are missing block every build of the variant: they are told again each month while it lasts. */
export function sourceFacts(world: World, { variant, upstream }: VariantState): Told<SourceFact>[] {
  if (!upstream) return [];
  const { baseAmi, baseImage, baseParameter: parameter, harvestSource, harvestImage, kubernetes } = upstream;
  const { name, kubernetes: minor } = variant;
  const month = iso(world.now).slice(0, 7);
  const common = { variant: name, at: world.now };
  const facts: Told<SourceFact>[] = [];
  const base = missing(baseAmi, baseImage);
  if (base)
    facts.push({
      ...common,
      kind: "base-missing",
      key: `base-missing/${name}/${month}${parameter}`,
      parameter,
      why: base,
    });
  const harvest = missing(harvestSource, harvestImage);
  if (harvest)
    facts.push({ ...common, kind: "harvest-missing", key: `harvest-missing/${name}/${month}`, why: harvest });
  const patch = missing(kubernetes);
  if (patch)
    facts.push({
      ...common,
      kind: "kubernetes-missing",
      key: `kubernetes-missing/${name}/${minor}`,
      minor,
      why: patch,
    });
  return [...facts, ...silent(world, { name, upstream })];
}

/** Rule 13: a dead source must not look like a calm one. */
function silent(
  world: World,
  { name, upstream }: { name: string; upstream: NonNullable<VariantState["upstream"]> },
): Told<SourceFact>[] {
  const { baseAmi, baseParameter: parameter, baseReleasedAt: releasedAt } = upstream;
  if (baseAmi.state !== "known" || releasedAt === undefined) return [];
  if (world.now - releasedAt <= world.configuration.policies.silentAfter) return [];
  const image = baseAmi.value;
  const key = `silent/${name}/${image}`;
  return [{ kind: "silent", key, variant: name, at: world.now, parameter, image, releasedAt }];
}

function missing(...sources: ({ state: string; why?: string } | undefined)[]): string | undefined {
  return sources.find((source) => source?.state === "missing")?.why;
}
