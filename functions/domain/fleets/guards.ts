import { minorOf } from "../../config/kubernetes-versions.ts";
import type { Variant } from "../../config/variant.ts";
import type { IndexedWorld } from "../indexed-world.ts";
import type { StartedImage } from "../observed-fleet.ts";
import { type KnownState, ownImage } from "./fleet-state.ts";

/** Why the fleet is not rolled however much a person wants it, each with the way out. */
export function guards(world: IndexedWorld, state: KnownState): string[] {
  const { fleet, observed } = state;
  const variant = world.variants.get(fleet.variant) as Variant;
  return [
    ...observed.obstacles,
    ...clusterGuards(variant, observed.cluster),
    ...templateGuards(state),
    ...(fleet.adopt || hasHad(state) ? [] : otherWindows(world, state, observed.starts)),
  ];
}

/**
 * What nobody knows and guards ask for. The fleet is not moved forward until it is known; whoever goes back has run such
 * nodes before.
 */
export function unknownGuards(state: KnownState): string[] {
  const { fleet, observed } = state;
  const { unread = [], starts } = observed;
  const image = fleet.adopt || hasHad(state) ? undefined : starts?.unread;
  return [...unread, ...(image === undefined ? [] : [image])];
}

/** Whether the fleet's image is one that its channel has brought, even if it is gone now. */
function hasHad({ history, observed }: KnownState): boolean {
  return [...history.arrivals, ...history.attempts].some(({ image }) => image === observed.starts?.id);
}

function clusterGuards(variant: Variant, cluster: { minor: string; isAuto: boolean } | undefined): string[] {
  if (!cluster) return [];
  const isNewer = minorOf(variant.kubernetes) > minorOf(cluster.minor);
  return [
    ...(isNewer
      ? [
          `its nodes would run Kubernetes ${variant.kubernetes} in a cluster of ${cluster.minor}: upgrade the cluster first, or let the fleet follow a variant of ${cluster.minor}`,
        ]
      : []),
    ...(cluster.isAuto
      ? ["its cluster is in EKS Auto Mode, which has no Windows nodes: use a cluster without it"]
      : []),
  ];
}

function templateGuards({ fleet, observed }: KnownState): string[] {
  const { template } = observed;
  if (fleet.kind === "karpenter" || !template) return [];
  const whose = `the launch template ${template.template}`;
  return [
    ...(/^\d+$/.test(template.named)
      ? []
      : [`it follows ${whose} by ${template.named}: let it name a version by its number`]),
    // Of a fleet that follows a parameter the service makes no version.
    ...(template.followedBy === undefined || fleet.parameter !== undefined
      ? []
      : [
          `the group ${template.followedBy} follows ${whose} by $Latest and would change at once: let it name a version by its number, or give it a template of its own`,
        ]),
  ];
}

/** AWS's names: `Windows_Server-2022-English-Core-EKS_Optimized-1.35-2026.11.12`. */
const awsName = /^Windows_Server-(\d{4})-English-(Core|Full)-/;

function otherWindows(world: IndexedWorld, state: KnownState, present: StartedImage | undefined): string[] {
  if (!present || present.unread !== undefined) return [];
  const variant = world.variants.get(state.fleet.variant) as Variant;
  const own = ownImage(world, state, present.id);
  const known = own && world.variants.get(own.variant);
  const [, windows, edition] = awsName.exec(present.name ?? "") ?? [];
  const runs = known
    ? `${known.windows} ${known.edition}`
    : windows === undefined
      ? undefined
      : `${windows} ${edition}`;
  const wanted = `${variant.windows} ${variant.edition}`;
  if (runs === wanted) return [];
  const wayOut = `adopt: true in the fleet's entry of config.ts lets it change to Windows Server ${wanted}`;
  return [
    runs === undefined
      ? `nobody can tell which Windows its image ${present.id}${present.name ? ` (${present.name})` : ""} is; ${wayOut}`
      : `its image ${present.id} is Windows Server ${runs}; ${wayOut}`,
  ];
}
