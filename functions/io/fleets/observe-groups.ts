import { channelParameter } from "../../config/channel-names.ts";
import type { Environment } from "../../config/environment.ts";
import { type Fleet, fleetParameter } from "../../config/fleet.ts";
import type { Channels } from "../../domain/channels.ts";
import type { FleetRecords } from "../../domain/fleet-records.ts";
import type { FleetNode, KnownFleet, ObservedFleet } from "../../domain/observed-fleet.ts";
import type { Clients } from "../clients.ts";
import { type Alarm, readAlarms } from "./alarms.ts";
import { type Attempted, attempt, knownOr } from "./attempted.ts";
import { readGroups } from "./auto-scaling-groups.ts";
import { type About, type Group, observeAutoScalingGroup, observeNodeGroup } from "./groups.ts";
import { type NodeGroupName, readCluster, readNodeGroup } from "./node-groups.ts";
import { type OwnImage, readNodeImages } from "./node-images.ts";
import { poolKey, readGroupNodes, readPoolNodes } from "./nodes.ts";
import { readOwnParameters } from "./own-parameters.ts";

/** What one group of fleets is read with: those at home, or those in one place. */
export interface Where {
  clients: Clients;
  /** The channels there. */
  channels: Channels;
  /** Images of this service, by the IDs that they have there. */
  images: readonly OwnImage[];
  records: FleetRecords;
  /** Names of the fleets that others wait for, wherever these are. */
  awaited: ReadonlySet<string>;
}

/** Fleets of one Region of one account. One that cannot be read is unknown. */
export async function observeGroups(
  environment: Environment,
  fleets: readonly Fleet[],
  where: Where,
): Promise<Record<string, ObservedFleet>> {
  const shared = await readShared(environment, fleets, where.clients);
  const groups = await Promise.all(
    fleets.map(
      async (fleet): Promise<[Fleet, Attempted<Group>]> => [
        fleet,
        await attempt(() => readOne(environment, fleet, shared, where)),
      ],
    ),
  );
  const nodes = await attempt(() =>
    readGroupNodes(
      where.clients,
      groups.flatMap(([, one]) => (one.known?.groupName ? [one.known.groupName] : [])),
    ),
  );
  const run = [nodes, shared.pools].flatMap(({ known }) => [...(known?.values() ?? [])].flat());
  const images = await readNodeImages(
    where.clients,
    [...groups.flatMap(([, one]) => one.known?.image ?? []), ...run.map(({ image }) => image)],
    where.images,
  );
  return Object.fromEntries(
    groups.map(([fleet, group]) => {
      const of = fleet.kind === "karpenter" ? shared.pools : nodes;
      const failed = group.error ?? of.error;
      const cluster = fleet.cluster === undefined ? undefined : shared.clusters.get(fleet.cluster);
      if (failed !== undefined || !group.known || !of.known)
        return [
          fleet.name,
          { state: "unknown", why: `reading the fleet ${fleet.name}: ${failed}` } satisfies ObservedFleet,
        ];
      const { image, groupName, leaving, unread = [], ...own } = group.known;
      const key =
        fleet.kind === "karpenter" ? poolKey({ cluster: fleet.cluster ?? "", group: fleet.group }) : groupName;
      const known: KnownFleet = {
        state: "known",
        ...own,
        starts: image === undefined ? undefined : images.get(image),
        nodes: (of.known.get(key ?? "") ?? [])
          .filter(({ id }: FleetNode) => !leaving.includes(id))
          .map((node: FleetNode) => ({ ...node, imageMadeAt: images.get(node.image)?.createdAt })),
        alarms: alarmsOf(fleet, shared.alarms),
        cluster: cluster?.known,
        unread: [...unread, ...(cluster?.error === undefined ? [] : [`reading its cluster: ${cluster.error}`])],
      };
      return [fleet.name, known];
    }),
  );
}

type Shared = Awaited<ReturnType<typeof readShared>>;

/** What several fleets need is asked for once. */
async function readShared(environment: Environment, fleets: readonly Fleet[], clients: Clients) {
  const pools = fleets.filter(({ kind }) => kind === "karpenter");
  const isGrouped = fleets.length > pools.length;
  const alarmNames = fleets.flatMap(({ alarms }) => alarms);
  const clusterNames = [...new Set(fleets.flatMap(({ cluster }) => cluster ?? []))];
  const nodeGroupFleets = fleets.filter(({ kind }) => kind === "managed-node-group");
  const [groups, poolNodes, alarms, parameters, clusters, nodeGroups] = await Promise.all([
    attempt(async () => (isGrouped ? readGroups(clients) : new Map())),
    attempt(async () =>
      pools.length > 0
        ? readPoolNodes(
            clients,
            pools.map(({ cluster = "", group }) => ({ cluster, group })),
          )
        : new Map(),
    ),
    attempt(() => readAlarms(clients, alarmNames)),
    attempt(async () =>
      fleets.some(({ parameter }) => parameter === "own")
        ? readOwnParameters(clients, environment.FLEETS_PREFIX)
        : new Map(),
    ),
    Promise.all(clusterNames.map(async (name) => [name, await attempt(() => readCluster(clients, name))] as const)),
    Promise.all(
      nodeGroupFleets.map(
        async (fleet) => [fleet.name, await attempt(() => readNodeGroup(clients, nameOf(fleet)))] as const,
      ),
    ),
  ]);
  return { groups, pools: poolNodes, alarms, parameters, clusters: new Map(clusters), nodeGroups: new Map(nodeGroups) };
}

async function readOne(
  environment: Environment,
  fleet: Fleet,
  shared: Shared,
  { clients, channels, records, awaited }: Where,
): Promise<Group> {
  const { STAGE, CHANNELS_PREFIX, FLEETS_PREFIX } = environment;
  const own = fleet.parameter === "own";
  const parameter =
    fleet.parameter === undefined
      ? undefined
      : own
        ? fleetParameter(FLEETS_PREFIX, fleet.name)
        : channelParameter(CHANNELS_PREFIX, fleet.variant, fleet.channel);
  const held = own ? knownOr(shared.parameters).get(fleet.name) : channels[fleet.variant]?.[fleet.channel]?.image;
  const followed = parameter === undefined ? undefined : { parameter, image: held };
  if (fleet.kind === "karpenter")
    return {
      groupName: undefined,
      leaving: [],
      image: held,
      parameter,
      template: undefined,
      updates: [],
      isChanging: false,
      issues: [],
      obstacles: [],
    };
  const isAwaited = awaited.has(fleet.name);
  const readsUpdates = isAwaited || (records.histories[fleet.name]?.attempts ?? []).length > 0;
  const named = namedByOthers(fleet, shared);
  const about = {
    clients,
    stage: STAGE,
    fleet,
    followed,
    groups: knownOr(shared.groups),
    named,
    readsUpdates,
    isAwaited,
  };
  const nodeGroup = shared.nodeGroups.get(fleet.name);
  return nodeGroup ? observeNodeGroup(knownOr(nodeGroup), about) : observeAutoScalingGroup(about);
}

/** The versions of launch templates that the node groups of other fleets name; undefined if one cannot be read. */
function namedByOthers({ name }: Fleet, { nodeGroups }: Shared): About["named"] {
  const others = [...nodeGroups].filter(([other]) => other !== name).map(([, attempted]) => attempted);
  if (others.some(({ error }) => error !== undefined)) return undefined;
  return others.flatMap(({ known }) => {
    const { id: template, version } = known?.launchTemplate ?? {};
    return template && version ? [{ template, version }] : [];
  });
}

function nameOf({ cluster = "", group }: Fleet): NodeGroupName {
  return { cluster, group };
}

function alarmsOf({ alarms }: Fleet, { known, error }: Attempted<ReadonlyMap<string, Alarm>>): KnownFleet["alarms"] {
  if (known === undefined) return { ringing: alarms.map((name) => `${name} (nobody knows: ${error})`), changedAt: 0 };
  const own = alarms.map((name) => ({ name, alarm: known.get(name) }));
  return {
    // An alarm that does not exist guards nothing: that is trouble, not health.
    ringing: own.flatMap(({ name, alarm }) => (!alarm ? [`${name} (it does not exist)`] : alarm.rings ? [name] : [])),
    changedAt: Math.max(0, ...own.flatMap(({ alarm }) => alarm?.changedAt ?? [])),
  };
}
