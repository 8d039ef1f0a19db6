import type {
  Cluster,
  DescribeClusterResponse,
  DescribeNodegroupResponse,
  DescribeUpdateResponse,
  ListUpdatesResponse,
  Nodegroup,
  Update,
  UpdateNodegroupVersionResponse,
} from "@aws-sdk/client-eks";
import { z } from "zod";
import { activeUpdate, type NodeGroup, type NodeGroupUpdate } from "./node-group.ts";
import { Refusal } from "./refusal.ts";
import { beginUpdate, VersionUpdate, wantedTemplate } from "./version-update.ts";
import type { World } from "./world.ts";

const Updates = z.strictObject({
  name: z.string(),
  nodegroupName: z.string(),
  nextToken: z.string().optional(),
  maxResults: z.coerce.number().int().min(1).max(100).default(100),
});

/** The operations of EKS that concern node groups. Each takes its parameters by the names of the API. */
export function eksOperations({ site: { region, accountId, templates }, clusters, nodeGroups, now }: World) {
  function clusterNamed(name: unknown) {
    const found = clusters.get(String(name));
    if (!found) throw missing(`No cluster found for name: ${name}.`, { clusterName: String(name) });
    return found;
  }

  function nodeGroupNamed(cluster: unknown, name: unknown): NodeGroup {
    clusterNamed(cluster);
    const found = nodeGroups.find((one) => one.cluster === cluster && one.name === name);
    const about = { clusterName: String(cluster), nodegroupName: String(name) };
    if (!found) throw missing(`No node group found for name: ${name}.`, about);
    return found;
  }

  return {
    DescribeCluster({ name }: Parameters): DescribeClusterResponse {
      const { version, isAuto, createdAt } = clusterNamed(name);
      const cluster: Cluster = {
        name: String(name),
        arn: `arn:aws:eks:${region}:${accountId}:cluster/${name}`,
        createdAt: new Date(createdAt),
        version,
        status: "ACTIVE",
        computeConfig: { enabled: isAuto },
        tags: {},
      };
      return { cluster };
    },

    DescribeNodegroup({ clusterName, nodegroupName }: Parameters): DescribeNodegroupResponse {
      const found = nodeGroupNamed(clusterName, nodegroupName);
      return { nodegroup: described(found, clusterNamed(clusterName).version) };
    },

    async UpdateNodegroupVersion(given: Parameters): Promise<UpdateNodegroupVersionResponse> {
      const parameters = VersionUpdate.parse(given);
      const nodeGroup = nodeGroupNamed(parameters.clusterName, parameters.nodegroupName);
      const { clientRequestToken: token, force } = parameters;
      const same = nodeGroup.updates.find((one) => token !== undefined && one.token === token);
      if (same) return { update: shown(same) };
      const about = { clusterName: nodeGroup.cluster, nodegroupName: nodeGroup.name };
      if (activeUpdate(nodeGroup))
        throw new Refusal(
          "ResourceInUseException",
          "Nodegroup cannot be updated as it is currently not in Active State",
          { status: 409, about },
        );
      if (nodeGroup.group.failure === "refused") {
        nodeGroup.group.failure = undefined;
        throw new Refusal("InvalidRequestException", "You cannot roll back a node group to an earlier AMI version", {
          about,
        });
      }
      const template = await wantedTemplate(nodeGroup, parameters, templates);
      return { update: shown(beginUpdate(nodeGroup, template, { token, force }, now())) };
    },

    ListUpdates(given: Parameters): ListUpdatesResponse {
      const { name, nodegroupName, nextToken = "0", maxResults } = Updates.parse(given);
      const ids = nodeGroupNamed(name, nodegroupName).updates.map(({ id }) => id);
      const last = Number(nextToken) + maxResults;
      return {
        updateIds: ids.slice(Number(nextToken), last),
        nextToken: last < ids.length ? String(last) : undefined,
      };
    },

    DescribeUpdate({ name, updateId, nodegroupName }: Parameters): DescribeUpdateResponse {
      const found = nodeGroupNamed(name, nodegroupName).updates.find(({ id }) => id === updateId);
      if (!found) throw missing(`No update found for id: ${updateId}`, { clusterName: String(name) });
      return { update: shown(found) };
    },
  };
}

type Parameters = Readonly<Record<string, unknown>>;

function missing(message: string, about: Record<string, string>): Refusal {
  return new Refusal("ResourceNotFoundException", message, { status: 404, about });
}

function shown({ id, status, params, createdAt, errors }: NodeGroupUpdate): Update {
  return { id, status, type: "VersionUpdate", params, createdAt: new Date(createdAt), errors };
}

function described(nodeGroup: NodeGroup, kubernetes: string): Nodegroup {
  const { cluster, name, template, group, updates, issues } = nodeGroup;
  const isBroken = issues.length > 0;
  return {
    nodegroupName: name,
    nodegroupArn: nodeGroup.arn,
    clusterName: cluster,
    version: kubernetes,
    releaseVersion: template?.imageId,
    createdAt: new Date(group.createdAt),
    modifiedAt: new Date(updates.at(-1)?.createdAt ?? group.createdAt),
    status: activeUpdate(nodeGroup) ? "UPDATING" : isBroken ? "DEGRADED" : "ACTIVE",
    capacityType: "ON_DEMAND",
    scalingConfig: { minSize: 0, maxSize: group.size + 1, desiredSize: group.size },
    subnets: [],
    amiType: template?.imageId ? "CUSTOM" : "WINDOWS_CORE_2022_x86_64",
    labels: {},
    resources: { autoScalingGroups: [{ name: group.name }] },
    health: { issues },
    updateConfig: { maxUnavailable: 1 },
    launchTemplate: template && { id: template.id, name: template.name, version: String(template.number) },
    tags: {},
  };
}
