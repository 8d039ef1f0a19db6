import { z } from "zod";
import type { Place } from "../deploy/look-ups.ts";
import { clusterArn, nodeGroupArn, scalingGroupArn } from "./arns.ts";
import type { Call } from "./requests.ts";
import type { Request } from "./verdict.ts";

/** What a call to EKS or Auto Scaling needs. */
export interface GroupRequests {
  requests: Request[];
  /** ID of the launch template by which the call lets a group start instances; undefined if it does not. */
  template?: string | undefined;
}

const Eks = z.object({
  /** Of a cluster, or of the cluster of updates. */
  name: z.string().optional(),
  clusterName: z.string().optional(),
  nodegroupName: z.string().optional(),
  launchTemplate: z.object({ id: z.string() }).optional(),
});

/**
 * Updates belong to the cluster and, if one is named, to the node group (Service Authorization Reference).
 * @throws Error for an unknown operation
 */
export function eksRequests(operation: string, parameters: unknown, place: Place): GroupRequests {
  const { name = "", clusterName = "", nodegroupName, launchTemplate } = Eks.parse(parameters);
  const on = (...resources: string[]) =>
    resources.map((resource) => ({ action: `eks:${operation}`, resource, context: {} }));
  switch (operation) {
    case "DescribeClusterVersions":
      return { requests: on("*") };
    case "DescribeCluster":
      return { requests: on(clusterArn(place, name)) };
    case "DescribeUpdate":
    case "ListUpdates":
      return {
        requests: on(
          clusterArn(place, name),
          ...(nodegroupName === undefined ? [] : [nodeGroupArn(place, name, nodegroupName)]),
        ),
      };
    case "DescribeNodegroup":
      return { requests: on(nodeGroupArn(place, clusterName, nodegroupName ?? "")) };
    case "UpdateNodegroupVersion":
      return { requests: on(nodeGroupArn(place, clusterName, nodegroupName ?? "")), template: launchTemplate?.id };
    default:
      throw new Error(`judging a call: eks:${operation} is unknown`);
  }
}

const Specification = z.object({ LaunchTemplateId: z.string() });
const Refresh = z.object({
  AutoScalingGroupName: z.string(),
  DesiredConfiguration: z
    .object({
      LaunchTemplate: Specification.optional(),
      MixedInstancesPolicy: z
        .object({ LaunchTemplate: z.object({ LaunchTemplateSpecification: Specification }) })
        .optional(),
    })
    .default({}),
});

/** @throws Error for an unknown operation */
export function autoScalingRequests(operation: string, parameters: unknown, place: Place): GroupRequests {
  const action = `autoscaling:${operation}`;
  if (/^Describe/.test(operation)) return { requests: [{ action, resource: "*", context: {} }] };
  if (operation !== "StartInstanceRefresh" && operation !== "CancelInstanceRefresh")
    throw new Error(`judging a call: ${action} is unknown`);
  const { AutoScalingGroupName, DesiredConfiguration } = Refresh.parse(parameters);
  const { LaunchTemplate: own, MixedInstancesPolicy: mixed } = DesiredConfiguration;
  const template = own ?? mixed?.LaunchTemplate.LaunchTemplateSpecification;
  const resource = scalingGroupArn(place, AutoScalingGroupName);
  return { requests: [{ action, resource, context: {} }], template: template?.LaunchTemplateId };
}

/**
 * The start of an instance that EKS and Auto Scaling check the caller's permissions for. The call names only the
 * template. Its image is the one whose tags were recorded with the call, and its profile the one recorded for the
 * template. Subnet and security group are the group's.
 */
export function usingTemplate(template: string, { tags, profiles = {} }: Call): Call {
  const ImageId = Object.keys(tags).find((id) => id.startsWith("ami-")) ?? "ami-unknown";
  const Name = profiles[template]?.split("/").at(-1);
  const parameters = {
    ImageId,
    LaunchTemplate: { LaunchTemplateId: template },
    SubnetId: "subnet-ofgroup",
    SecurityGroupIds: ["sg-ofgroup"],
    ...(Name !== undefined && { IamInstanceProfile: { Name } }),
  };
  return { service: "ec2", operation: "RunInstances", parameters, tags };
}
