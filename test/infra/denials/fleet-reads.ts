import { type Ask, type Denial, type Role, reading, s3, ssm } from "./asks.ts";

const where = "withFleets";
const fleets = "FleetsRole";
const reconcile = "ReconcileRole";
const api = "ApiRole";
const parameters = "/eks-windows-images/production/fleets";
const there = (ask: Ask): Ask => ({ ...ask, where });

function eks(operation: string, given: Record<string, string>, as: Role = api): Ask {
  return { as, where, service: "eks", operation, parameters: given, tags: {} };
}

function describing(service: string, operation: string, as: Role = api): Ask {
  return { as, where, service, operation, parameters: {}, tags: {} };
}

function assuming(as: Role, RoleArn: string): Ask {
  return { as, where, service: "sts", operation: "AssumeRole", parameters: { RoleArn }, tags: {} };
}

const readingGroups: Denial[] = [
  {
    what: "describes a node group that is no fleet",
    denied: eks("DescribeNodegroup", { clusterName: "blue", nodegroupName: "web-2" }),
    allowed: eks("DescribeNodegroup", { clusterName: "blue", nodegroupName: "web-watched" }),
  },
  ...["ListUpdates", "DescribeUpdate"].flatMap((operation) => [
    {
      what: `calls ${operation} about a node group that is no fleet`,
      denied: eks(operation, { name: "blue", nodegroupName: "web-2", updateId: "1" }),
      allowed: eks(operation, { name: "blue", nodegroupName: "web", updateId: "1" }),
    },
    {
      what: `calls ${operation} about a cluster without a node group of a fleet`,
      denied: eks(operation, { name: "green", updateId: "1" }),
      allowed: eks(operation, { name: "blue", updateId: "1" }),
    },
  ]),
  {
    what: "describes a cluster that has no fleet",
    denied: eks("DescribeCluster", { name: "red" }),
    allowed: eks("DescribeCluster", { name: "green" }),
  },
  ...[
    describing("autoscaling", "DescribeAutoScalingGroups"),
    describing("autoscaling", "DescribeLifecycleHooks"),
    describing("autoscaling", "DescribeInstanceRefreshes"),
    describing("autoscaling", "DescribeScalingActivities"),
    describing("monitoring", "DescribeAlarms", reconcile),
  ].map((allowed) => ({
    what: `calls ${"operation" in allowed ? allowed.operation : ""} without fleets`,
    denied: { ...allowed, where: "usual" as const },
    allowed,
  })),
  {
    what: "reads fleets' parameters without fleets",
    denied: reading(api, parameters),
    allowed: there(reading(api, parameters)),
  },
];

const ownParameters: Denial[] = [
  ["the parameter of a watched fleet", there(ssm(reconcile, "PutParameter", `${parameters}/pool-watched`))],
  ["the parameter of a fleet that follows none", there(ssm(reconcile, "PutParameter", `${parameters}/web`))],
  ["another stage's parameter", there(ssm(reconcile, "PutParameter", "/eks-windows-images/test/fleets/pool"))],
  ["a fleet's parameter, as api", there(ssm(api, "PutParameter", `${parameters}/pool`))],
  ["a fleet's parameter, as the fleets' role", there(ssm(fleets, "PutParameter", `${parameters}/pointed`))],
].map(([what, denied]) => ({
  what: `writes ${what}`,
  denied: denied as Ask,
  allowed: there(ssm(reconcile, "PutParameter", `${parameters}/pool`)),
}));

const roles: Denial[] = [
  {
    what: "assumes the fleets' role, as api",
    denied: assuming(api, "<FleetsRole>"),
    allowed: assuming(reconcile, "<FleetsRole>"),
  },
  {
    what: "assumes another role",
    denied: assuming(reconcile, `arn:aws:iam::123456789012:role/admin`),
    allowed: assuming(reconcile, "<FleetsRole>"),
  },
  {
    what: "reads a parameter that no rolled group follows, as the fleets' role",
    denied: there(ssm(fleets, "GetParameters", `${parameters}/pool`)),
    allowed: there(ssm(fleets, "GetParameters", `${parameters}/pointed`)),
  },
];

const records: Denial[] = [
  ...["rollouts", "refusals", "endings", "arrivals", "sights"].map((kind) => ({
    what: `records ${kind}, as api`,
    denied: there(s3(api, "PutObject", `records/${kind}/web/a`)),
    allowed: there(s3(reconcile, "PutObject", `records/${kind}/web/a`)),
  })),
  ...["rollout-orders", "releases"].map((kind) => ({
    what: `records ${kind}, as reconcile`,
    denied: there(s3(reconcile, "PutObject", `records/${kind}/web/a`)),
    allowed: there(s3(api, "PutObject", `records/${kind}/web/a`)),
  })),
  ...["PutObject", "DeleteObject"].flatMap((operation) =>
    ([reconcile, fleets] as Role[]).map((as) => ({
      what: `calls ${operation} on a hold, as ${as}`,
      denied: there(s3(as, operation, "records/holds/web")),
      allowed: there(s3(api, operation, "records/holds/web")),
    })),
  ),
  {
    what: "holds a fleet without fleets",
    denied: s3(api, "PutObject", "records/holds/web"),
    allowed: there(s3(api, "PutObject", "records/holds/web")),
  },
];

/** What is read and recorded of fleets, and who writes their parameters. */
export const fleetReadDenials: Denial[] = [...readingGroups, ...ownParameters, ...roles, ...records];
