import { iso } from "../../config/time.ts";
import type { IndexedWorld } from "../indexed-world.ts";
import type { VariantState } from "../variant-state.ts";
import type { Keyed } from "./keyed.ts";

/** Trouble with what AWS and Kubernetes release, which the service cannot fix. */
export type SourceNotification =
  | { kind: "silent"; parameter: string; image: string; releasedAt: number }
  | { kind: "base-missing"; parameter: string; why: string }
  | { kind: "harvest-missing"; why: string }
  | { kind: "kubernetes-missing"; minor: string; why: string };

/**
 * A missing AWS image blocks every build of the variant, so subscribers are notified again each month while it lasts.
 */
export function sourceNotifications(
  world: IndexedWorld,
  { variant, upstream }: VariantState,
): Keyed<SourceNotification>[] {
  if (!upstream) return [];
  const { baseAmi, baseImage, baseParameter: parameter, harvestSource, harvestImage, kubernetes } = upstream;
  const { name, kubernetes: minor } = variant;
  const month = () => iso(world.now).slice(0, 7);
  const common = { variant: name, at: world.now };
  const notifications: Keyed<SourceNotification>[] = [];
  const base = missing(baseAmi, baseImage);
  if (base)
    notifications.push({
      ...common,
      kind: "base-missing",
      key: `base-missing/${name}/${month()}${parameter}`,
      parameter,
      why: base,
    });
  const harvest = missing(harvestSource, harvestImage);
  if (harvest)
    notifications.push({ ...common, kind: "harvest-missing", key: `harvest-missing/${name}/${month()}`, why: harvest });
  const patch = missing(kubernetes);
  if (patch)
    notifications.push({
      ...common,
      kind: "kubernetes-missing",
      key: `kubernetes-missing/${name}/${minor}`,
      minor,
      why: patch,
    });
  return [...notifications, ...silent(world, { name, upstream })];
}

/** Rule 13: a source that has ended must not look like a quiet one. */
function silent(
  world: IndexedWorld,
  { name, upstream }: { name: string; upstream: NonNullable<VariantState["upstream"]> },
): Keyed<SourceNotification>[] {
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
