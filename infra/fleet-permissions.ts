import { chunk } from "es-toolkit";
import { arnOf, type Statement } from "./account.ts";
import { artifacts } from "./artifacts.ts";
import { fleets } from "./configuration.ts";
import {
  clusterArns,
  fleetsAtHome,
  fleetsRole,
  hasOwnParameter,
  nodeGroupArn,
  nodeGroups,
  ownParameter,
  rolled,
  scalingGroups,
} from "./fleet-groups.ts";
import { managedPolicies } from "./managed-policies.ts";
import { fleetsPrefix } from "./names.ts";
import { fleetPathsOf } from "./records.ts";
import { type UnscopedAction, unscopedStatement } from "./unscoped.ts";

/** So many fit into a managed policy, and all that a configuration may have into the ten of a role. */
const groupsPerPolicy = 20;
const parametersPerPolicy = 30;

const holds = $interpolate`${artifacts.arn}/records/holds/*`;

/** What IAM cannot restrict to the configured fleets at home. */
const looks: UnscopedAction[] = [
  ...(nodeGroups.length + scalingGroups.length > 0 ? (["autoscaling:DescribeAutoScalingGroups"] as const) : []),
  ...(scalingGroups.length > 0
    ? (["autoscaling:DescribeInstanceRefreshes", "autoscaling:DescribeLifecycleHooks"] as const)
    : []),
  ...(scalingGroups.some(({ name }) => fleets.some(({ after }) => after?.fleet === name))
    ? (["autoscaling:DescribeScalingActivities"] as const)
    : []),
  ...(fleetsAtHome.some(({ alarms }) => alarms.length > 0) ? (["cloudwatch:DescribeAlarms"] as const) : []),
];

const observed =
  fleets.length === 0
    ? []
    : managedPolicies("FleetsObserved", "fleets-observed", [
        [
          unscopedStatement(looks),
          { actions: ["s3:GetObject"], resources: [holds] },
          {
            actions: ["ssm:GetParametersByPath"],
            resources: fleetsAtHome.some(hasOwnParameter) ? [arnOf("ssm", `parameter${fleetsPrefix}`)] : [],
          },
          { actions: ["eks:DescribeCluster"], resources: clusterArns(fleetsAtHome) },
        ],
        ...chunk(nodeGroups, groupsPerPolicy).map((some) => [
          {
            actions: ["eks:DescribeNodegroup", "eks:DescribeUpdate", "eks:ListUpdates"],
            // Updates belong to the cluster and to the node group: IAM asks for both.
            resources: [...clusterArns(some), ...some.map(nodeGroupArn)],
          },
        ]),
      ]);

/** What reconcile may do about fleets: observe them, record, write their parameters and assume the fleets' role. */
export const reconcilingFleets =
  fleets.length === 0
    ? []
    : [
        ...observed,
        ...managedPolicies("FleetsReconciled", "fleets-reconciled", [
          [recording("reconcile"), { actions: ["sts:AssumeRole"], resources: fleetsRole ? [fleetsRole] : [] }],
          ...chunk(rolled.filter(hasOwnParameter), parametersPerPolicy).map((some) => [
            // The first write of a parameter also writes its tags.
            { actions: ["ssm:PutParameter", "ssm:AddTagsToResource"], resources: some.map(ownParameter) },
          ]),
        ]),
      ];

/** What api may do about fleets: observe them and record persons' orders. */
export const orderingFleets =
  fleets.length === 0
    ? []
    : [
        ...observed,
        ...managedPolicies("FleetsOrdered", "fleets-ordered", [
          [recording("api"), { actions: ["s3:PutObject", "s3:DeleteObject"], resources: [holds] }],
        ]),
      ];

function recording(writer: "api" | "reconcile"): Statement {
  return {
    actions: ["s3:PutObject"],
    resources: fleetPathsOf(writer).map((path) => $interpolate`${artifacts.arn}/${path}`),
  };
}
