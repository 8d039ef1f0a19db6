import { snapshots as template } from "../deployments.ts";
import { type Ask, type Denial, image, instance, ours, type Role, theirs } from "./asks.ts";

const where = "withFastLaunch";
const account = "123456789012";
const snapshots = template.id;

interface Changes {
  as?: Role;
  template?: string;
  tags?: Record<string, Record<string, string>>;
}

const tagged = { [image]: ours };

function enabling({ as = "FastLaunchRole", template = snapshots, tags = tagged }: Changes = {}): Ask {
  const parameters = { ImageId: image, LaunchTemplate: { LaunchTemplateId: template, Version: "3" } };
  return { as, where, service: "ec2", operation: "EnableFastLaunch", parameters, tags };
}

function disabling({ as = "FastLaunchRole", tags = tagged }: Changes = {}): Ask {
  return { as, where, service: "ec2", operation: "DisableFastLaunch", parameters: { ImageId: image }, tags };
}

const enabled: Denial[] = (
  [
    ["enables Fast Launch of an image without the stage's tag", { tags: {} }],
    ["enables Fast Launch of another stage's image", { tags: { [image]: theirs } }],
    ["enables Fast Launch from another launch template", { template: "lt-0fedcba9876543210" }],
    ["enables Fast Launch without the role for it, as reconcile", { as: "ReconcileRole" }],
    ["enables Fast Launch, as api", { as: "ApiRole" }],
  ] satisfies [string, Changes][]
).map(([what, changes]) => ({ what, denied: enabling(changes), allowed: enabling() }));

const disabled: Denial[] = (
  [
    ["disables Fast Launch of another stage's image", { tags: { [image]: theirs } }, {}],
    ["disables Fast Launch of a gone image without the role for it", { as: "ReconcileRole", tags: {} }, { tags: {} }],
    ["disables Fast Launch, as api", { as: "ApiRole" }, {}],
  ] satisfies [string, Changes, Changes][]
).map(([what, changes, same]) => ({ what, denied: disabling(changes), allowed: disabling(same) }));

/** A request of the role for which the service makes no call. */
function asks(action: string, resource: string, context: Record<string, string[]> = {}): Ask {
  return { as: "FastLaunchRole", where, action, resource, context };
}

const serviceRole = (service: string, name: string) =>
  asks("iam:CreateServiceLinkedRole", `arn:aws:iam::${account}:role/aws-service-role/${service}/${name}`, {
    "iam:awsservicename": [service],
  });
const own = serviceRole("ec2fastlaunch.amazonaws.com", "AWSServiceRoleForEC2FastLaunch");

const others: Denial[] = [
  {
    what: "makes the service role of another service",
    denied: serviceRole("autoscaling.amazonaws.com", "AWSServiceRoleForAutoScaling"),
    allowed: own,
  },
  {
    what: "starts an instance from our image without the launch template",
    denied: asks("ec2:RunInstances", `arn:aws:ec2:us-east-1::image/${image}`, {
      "aws:resourcetag/eks-windows-images:stage": ["production"],
    }),
    allowed: enabling(),
  },
  {
    what: "passes a role to what becomes a snapshot",
    denied: asks("iam:PassRole", `arn:aws:iam::${account}:role/admin`, {
      "iam:passedtoservice": ["ec2.amazonaws.com"],
    }),
    allowed: own,
  },
  ...["ec2:TerminateInstances", "ec2:CreateTags"].map((action) => ({
    what: `calls ${action} on an instance that exists, with the role for Fast Launch`,
    denied: asks(action, `arn:aws:ec2:us-east-1:${account}:instance/${instance}`),
    allowed: enabling(),
  })),
];

export const fastLaunchDenials: Denial[] = [...enabled, ...disabled, ...others];
