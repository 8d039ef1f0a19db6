import {
  DescribeClusterCommand,
  DescribeNodegroupCommand,
  DescribeUpdateCommand,
  type Nodegroup,
  paginateListUpdates,
  type Update,
} from "@aws-sdk/client-eks";
import type { GroupUpdate } from "../../domain/observed-fleet.ts";
import type { Clients } from "../clients.ts";

/** A managed node group by its names. */
export interface NodeGroupName {
  cluster: string;
  group: string;
}

/** @throws Error if EKS does not describe it */
export async function readNodeGroup({ eks }: Clients, { cluster, group }: NodeGroupName): Promise<Nodegroup> {
  const { nodegroup } = await eks.send(new DescribeNodegroupCommand({ clusterName: cluster, nodegroupName: group }));
  if (!nodegroup) throw new Error(`EKS describes no node group ${group} of ${cluster}`);
  return nodegroup;
}

/** The Kubernetes minor of a cluster, and whether it is in Auto Mode. */
export async function readCluster({ eks }: Clients, name: string): Promise<{ minor: string; isAuto: boolean }> {
  const { cluster } = await eks.send(new DescribeClusterCommand({ name }));
  if (!cluster?.version) throw new Error(`EKS tells no version of the cluster ${name}`);
  return { minor: cluster.version, isAuto: cluster.computeConfig?.enabled ?? false };
}

/** Updates that have ended, as this process has read them, by ID: they do not change any more. */
const ended = new Map<string, GroupUpdate>();

/** The updates of a node group, newest first. EKS lists their IDs only, in no documented order. */
export async function readUpdates({ eks }: Clients, { cluster, group }: NodeGroupName): Promise<GroupUpdate[]> {
  const name = { name: cluster, nodegroupName: group };
  const ids: string[] = [];
  for await (const page of paginateListUpdates({ client: eks }, name)) ids.push(...(page.updateIds ?? []));
  const updates = await Promise.all(
    ids.map(async (updateId) => {
      const known = ended.get(updateId);
      if (known) return known;
      const { update } = await eks.send(new DescribeUpdateCommand({ ...name, updateId }));
      const read = updateFrom(updateId, update ?? {});
      if (read.status !== "running") ended.set(updateId, read);
      return read;
    }),
  );
  return updates.toSorted((a, b) => b.startedAt - a.startedAt);
}

const statuses: Record<string, GroupUpdate["status"]> = {
  Successful: "succeeded",
  Failed: "failed",
  Cancelled: "cancelled",
};

function updateFrom(id: string, { status, params = [], createdAt, errors = [] }: Update): GroupUpdate {
  const version = Number(params.find(({ type }) => type === "LaunchTemplateVersion")?.value);
  const words = errors.map(({ errorCode, errorMessage, resourceIds = [] }) =>
    [`${errorCode}: ${errorMessage}`, ...(resourceIds.length > 0 ? [`(${resourceIds.join(", ")})`] : [])].join(" "),
  );
  return {
    id,
    status: statuses[status ?? ""] ?? "running",
    startedAt: createdAt?.getTime() ?? 0,
    version: Number.isInteger(version) ? version : undefined,
    detail: words.length > 0 ? words.join("; ") : undefined,
  };
}
