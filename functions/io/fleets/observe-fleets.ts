import { channelParameter } from "../../config/channel-names.ts";
import type { Configuration } from "../../config/configuration.ts";
import type { Environment } from "../../config/environment.ts";
import { type Fleet, fleetParameter } from "../../config/fleet.ts";
import type { Channels } from "../../domain/channels.ts";
import type { FleetRecords } from "../../domain/fleet-records.ts";
import type { Image } from "../../domain/images.ts";
import type { FleetNode, KnownFleet, ObservedFleet } from "../../domain/observed-fleet.ts";
import { withPatience } from "../patience.ts";
import { type Alarm, readAlarms } from "./alarms.ts";
import { type Attempted, attempt, knownOr } from "./attempted.ts";
import { readGroups } from "./auto-scaling-groups.ts";
import { type About, type Group, observeAutoScalingGroup, observeNodeGroup } from "./groups.ts";
import { type NodeGroupName, readCluster, readNodeGroup } from "./node-groups.ts";
import { readNodeImages } from "./node-images.ts";
import { poolKey, readGroupNodes, readPoolNodes } from "./nodes.ts";
import { readOwnParameters } from "./own-parameters.ts";

/** What the fleets of a world depend on besides AWS's answers about them. */
export interface FleetContext {
  channels: Channels;
  images: readonly Image[];
  records: FleetRecords;
}

/**
 * The fleets as AWS shows them, by name. Never throws: a fleet that cannot be read, or not in time, is unknown. Without
 * fleets nothing is asked.
 * @param patience how long the answers may take, in milliseconds; by default as long as they take
 */
export async function readFleets(
  environment: Environment,
  { fleets }: Pick<Configuration, "fleets">,
  context: FleetContext,
  patience: number = Number.POSITIVE_INFINITY,
): Promise<Record<string, ObservedFleet>> {
  if (fleets.length === 0) return {};
  try {
    return await withPatience(patience, () => readAll(environment, fleets, context), "AWS");
  } catch (error) {
    const why = `reading fleets: ${(error as Error).message}`;
    return Object.fromEntries(fleets.map(({ name }) => [name, { state: "unknown", why }]));
  }
}

async function readAll(
  environment: Environment,
  fleets: readonly Fleet[],
  context: FleetContext,
): Promise<Record<string, ObservedFleet>> {
  const shared = await readShared(environment, fleets);
  const groups = await Promise.all(
    fleets.map(async (fleet): Promise<[Fleet, Attempted<Group>]> => {
      const isAwaited = fleets.some(({ after }) => after?.fleet === fleet.name);
      return [fleet, await attempt(() => readOne(environment, fleet, shared, { ...context, isAwaited }))];
    }),
  );
  const nodes = await attempt(() =>
    readGroupNodes(groups.flatMap(([, one]) => (one.known?.groupName ? [one.known.groupName] : []))),
  );
  const run = [nodes, shared.pools].flatMap(({ known }) => [...(known?.values() ?? [])].flat());
  const images = await readNodeImages(
    [...groups.flatMap(([, one]) => one.known?.image ?? []), ...run.map(({ image }) => image)],
    context.images,
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
async function readShared(environment: Environment, fleets: readonly Fleet[]) {
  const pools = fleets.filter(({ kind }) => kind === "karpenter");
  const isGrouped = fleets.length > pools.length;
  const alarmNames = fleets.flatMap(({ alarms }) => alarms);
  const clusterNames = [...new Set(fleets.flatMap(({ cluster }) => cluster ?? []))];
  const nodeGroupFleets = fleets.filter(({ kind }) => kind === "managed-node-group");
  const [groups, poolNodes, alarms, parameters, clusters, nodeGroups] = await Promise.all([
    attempt(async () => (isGrouped ? readGroups() : new Map())),
    attempt(async () =>
      pools.length > 0 ? readPoolNodes(pools.map(({ cluster = "", group }) => ({ cluster, group }))) : new Map(),
    ),
    attempt(() => readAlarms(alarmNames)),
    attempt(async () =>
      fleets.some(({ parameter }) => parameter === "own") ? readOwnParameters(environment.FLEETS_PREFIX) : new Map(),
    ),
    Promise.all(clusterNames.map(async (name) => [name, await attempt(() => readCluster(name))] as const)),
    Promise.all(
      nodeGroupFleets.map(async (fleet) => [fleet.name, await attempt(() => readNodeGroup(nameOf(fleet)))] as const),
    ),
  ]);
  return { groups, pools: poolNodes, alarms, parameters, clusters: new Map(clusters), nodeGroups: new Map(nodeGroups) };
}

async function readOne(
  environment: Environment,
  fleet: Fleet,
  shared: Shared,
  { isAwaited, ...context }: FleetContext & Pick<About, "isAwaited">,
): Promise<Group> {
  const { STAGE, CHANNELS_PREFIX, FLEETS_PREFIX } = environment;
  const own = fleet.parameter === "own";
  const parameter =
    fleet.parameter === undefined
      ? undefined
      : own
        ? fleetParameter(FLEETS_PREFIX, fleet.name)
        : channelParameter(CHANNELS_PREFIX, fleet.variant, fleet.channel);
  const held = own
    ? knownOr(shared.parameters).get(fleet.name)
    : context.channels[fleet.variant]?.[fleet.channel]?.image;
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
  const readsUpdates = isAwaited || (context.records.histories[fleet.name]?.attempts ?? []).length > 0;
  const named = namedByOthers(fleet, shared);
  const about = { stage: STAGE, fleet, followed, groups: knownOr(shared.groups), named, readsUpdates, isAwaited };
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
