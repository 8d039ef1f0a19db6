import { usualGroup, usualProfile } from "../../../local/deploy/group-look-ups.ts";
import { type Ask, type Denial, image, instance, ours, type Role, specification, theirs } from "./asks.ts";

const where = "withFleets";
const fleets = "FleetsRole";
const reconcile = "ReconcileRole";
const api = "ApiRole";
const account = "123456789012";
const templateOf = (group: string) => String(usualGroup(group).template);
const profileOf = (group: string) => `arn:aws:iam::${account}:instance-profile/${usualProfile(group)}`;
const imageTags = { [image]: ours };

interface Changes {
  as?: Role;
  cluster?: string;
  group?: string;
  template?: string;
  tags?: Record<string, Record<string, string>>;
  profile?: string;
}

/** Gives a node group a version of a launch template; without changes the rolled one, one of its own. */
function updating({ as = fleets, cluster = "blue", group = "web", template, tags = imageTags }: Changes = {}): Ask {
  const launchTemplate = { id: template ?? templateOf("web"), version: "2" };
  const given = { clusterName: cluster, nodegroupName: group, launchTemplate, force: false };
  return { as, where, service: "eks", operation: "UpdateNodegroupVersion", parameters: given, tags };
}

/** Replaces the instances of an Auto Scaling group by those of a version; without changes, as the rolled group's are. */
function refreshing({ as = fleets, group = "batch", template, tags = imageTags, profile }: Changes = {}): Ask {
  const id = template ?? templateOf("batch");
  return {
    as,
    where,
    service: "autoscaling",
    operation: "StartInstanceRefresh",
    parameters: {
      AutoScalingGroupName: group,
      DesiredConfiguration: { LaunchTemplate: { LaunchTemplateId: id, Version: "2" } },
    },
    tags,
    profiles: { [id]: profile ?? profileOf("batch") },
  };
}

/** The same of a group with a mixed-instances policy. */
function refreshingMixed(template: string): Ask {
  const LaunchTemplateSpecification = { LaunchTemplateId: template, Version: "2" };
  const DesiredConfiguration = {
    MixedInstancesPolicy: { LaunchTemplate: { LaunchTemplateSpecification, Overrides: [] } },
  };
  return { ...refreshing(), parameters: { AutoScalingGroupName: "batch", DesiredConfiguration } };
}

function onGroup(as: Role, operation: string, AutoScalingGroupName: string): Ask {
  return { as, where, service: "autoscaling", operation, parameters: { AutoScalingGroupName }, tags: {} };
}

function onTemplate(as: Role, operation: string, group: string): Ask {
  return { as, where, service: "ec2", operation, parameters: { LaunchTemplateId: templateOf(group) }, tags: {} };
}

/** The fleets' role starts an instance itself. */
function running(changes: Record<string, unknown>): Ask {
  const given = { ImageId: image, LaunchTemplate: { LaunchTemplateId: templateOf("batch") }, ...changes };
  return { as: fleets, where, service: "ec2", operation: "RunInstances", parameters: given, tags: imageTags };
}

const nodeGroups: Denial[] = [
  ["updates a node group that is only watched", { group: "web-watched" }],
  ["updates a node group that is no fleet", { group: "web-2" }],
  ["updates a node group of the same name in another cluster", { cluster: "green" }],
  ["gives a node group the launch template of a watched fleet", { template: templateOf("web-watched") }],
  ["gives a node group a launch template of no fleet", { template: "lt-0123456789abcdef0" }],
  ["gives a node group an image without the stage's tag", { tags: {} }],
  ["gives a node group another stage's image", { tags: { [image]: theirs } }],
  ["updates a node group without the fleets' role, as reconcile", { as: reconcile }],
  ["updates a node group, as api", { as: api }],
].map(([what, changes]) => ({ what: what as string, denied: updating(changes as Changes), allowed: updating() }));

const scalingGroups: Denial[] = [
  ["refreshes a group that is only watched", { group: "batch-watched" }],
  ["refreshes a group that is no fleet", { group: "batch-2" }],
  ["gives a group the launch template of a watched fleet", { template: templateOf("batch-watched") }],
  ["gives a group an image without the stage's tag", { tags: {} }],
  ["passes another profile's role to a group's instances", { profile: profileOf("batch-watched") }],
  [
    "passes an administrator's role to a group's instances",
    { profile: `arn:aws:iam::${account}:instance-profile/admin` },
  ],
  ["refreshes a group without the fleets' role, as reconcile", { as: reconcile }],
  ["refreshes a group, as api", { as: api }],
].map(([what, changes]) => ({ what: what as string, denied: refreshing(changes as Changes), allowed: refreshing() }));

const refreshes: Denial[] = [
  {
    what: "gives a mixed-instances policy a launch template of no fleet",
    denied: refreshingMixed("lt-0123456789abcdef0"),
    allowed: refreshingMixed(templateOf("batch")),
  },
  ...["StartInstanceRefresh", "CancelInstanceRefresh"].map((operation) => ({
    what: `calls ${operation} on a watched group`,
    denied: onGroup(fleets, operation, "batch-watched"),
    allowed: onGroup(fleets, operation, "pointed"),
  })),
  {
    what: "cancels a refresh without the fleets' role, as reconcile",
    denied: onGroup(reconcile, "CancelInstanceRefresh", "batch"),
    allowed: onGroup(fleets, "CancelInstanceRefresh", "batch"),
  },
];

const templates: Denial[] = ["CreateLaunchTemplateVersion", "DeleteLaunchTemplateVersions"].flatMap((operation) => [
  ...["web-watched", "batch-watched", "another"].map((group) => ({
    what: `calls ${operation} on the launch template of ${group}`,
    denied: onTemplate(fleets, operation, group),
    allowed: onTemplate(fleets, operation, "web"),
  })),
  {
    what: `calls ${operation} on a launch template that follows a parameter`,
    denied: onTemplate(fleets, operation, "pointed"),
    allowed: onTemplate(fleets, operation, "batch"),
  },
  {
    what: `calls ${operation} without the fleets' role, as reconcile`,
    denied: onTemplate(reconcile, operation, "web"),
    allowed: onTemplate(fleets, operation, "web"),
  },
]);

/** A part of the start of an instance, from this launch template. */
function startingFrom(resource: string, template?: string): Ask {
  const from = template && { "ec2:launchtemplate": [`arn:aws:ec2:us-east-1:${account}:launch-template/${template}`] };
  const context = { "aws:resourcetag/eks-windows-images:stage": ["production"], ...from };
  return { as: fleets, where, action: "ec2:RunInstances", resource, context };
}

/** EC2 asks about each part, so that each must be denied by itself. */
const parts: Denial[] = [
  `arn:aws:ec2:us-east-1::image/${image}`,
  `arn:aws:ec2:us-east-1:${account}:instance/*`,
  `arn:aws:ec2:us-east-1:${account}:subnet/subnet-1`,
].flatMap((part) =>
  [undefined, "lt-0123456789abcdef0"].map((template) => ({
    what: `uses ${part} to start an instance from ${template ?? "no launch template"}`,
    denied: startingFrom(part, template),
    allowed: startingFrom(part, templateOf("batch")),
  })),
);

const starting: Denial[] = [
  {
    what: "starts an instance without a launch template",
    denied: running({ LaunchTemplate: undefined }),
    allowed: running({}),
  },
  {
    what: "passes the role of a node group's nodes",
    denied: running({ IamInstanceProfile: { Name: usualProfile("web") } }),
    allowed: running({ IamInstanceProfile: { Name: usualProfile("batch") } }),
  },
  {
    what: "passes a role to a function",
    denied: passing("lambda.amazonaws.com"),
    allowed: passing("ec2.amazonaws.com"),
  },
  {
    what: "tags an instance that exists",
    denied: {
      ...running({}),
      operation: "CreateTags",
      parameters: { Resources: [instance], Tags: [{ Key: "a", Value: "b" }] },
    },
    allowed: running({ TagSpecifications: [specification("instance", { a: "b" })] }),
  },
];

function passing(to: string): Ask {
  const resource = `arn:aws:iam::${account}:role/${usualProfile("batch")}`;
  return { as: fleets, where, action: "iam:PassRole", resource, context: { "iam:passedtoservice": [to] } };
}

/** What changes a group in another way than by an image of ours. */
const otherChanges: Denial[] = [
  ["eks:UpdateNodegroupConfig", `arn:aws:eks:us-east-1:${account}:nodegroup/blue/web/1`],
  ["eks:DeleteNodegroup", `arn:aws:eks:us-east-1:${account}:nodegroup/blue/web/1`],
  [
    "autoscaling:UpdateAutoScalingGroup",
    `arn:aws:autoscaling:us-east-1:${account}:autoScalingGroup:1:autoScalingGroupName/batch`,
  ],
  ["ec2:ModifyLaunchTemplate", `arn:aws:ec2:us-east-1:${account}:launch-template/${templateOf("batch")}`],
  ["ec2:DeleteLaunchTemplate", `arn:aws:ec2:us-east-1:${account}:launch-template/${templateOf("batch")}`],
  ["ec2:TerminateInstances", `arn:aws:ec2:us-east-1:${account}:instance/${instance}`],
].map(([action = "", resource = ""]) => ({
  what: `calls ${action} on what it may roll`,
  denied: { as: fleets, where, action, resource, context: {} },
  allowed: action.startsWith("eks") ? updating() : refreshing(),
}));

/** How the fleets' role changes groups, and that nobody else can. */
export const fleetDenials: Denial[] = [
  ...nodeGroups,
  ...scalingGroups,
  ...refreshes,
  ...templates,
  ...parts,
  ...starting,
  ...otherChanges,
];
