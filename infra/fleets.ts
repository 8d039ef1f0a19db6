import { chunk } from "es-toolkit";
import type { Fleet } from "../functions/config/fleet.ts";
import { arnOf, imageArn, policyDocument, type Statement } from "./account.ts";
import {
  fleetsRole,
  hasOwnParameter,
  nodeGroupArn,
  ofKind,
  ownParameter,
  rolledGroups,
  scalingGroupArn,
} from "./fleet-groups.ts";
import { type Used, usedBy } from "./fleet-templates.ts";
import { managedPolicies } from "./managed-policies.ts";
import { hasOurTag, namedInAccount } from "./names.ts";
import { reconcile } from "./reconcile.ts";
import { unscopedStatement } from "./unscoped.ts";

/** So many fit into a managed policy, and all that a configuration may have into the ten of a role. */
const fleetsPerPolicy = 10;

const started = ["instance", "network-interface", "spot-instances-request", "volume"].map(all);

// IAM cannot restrict what a version of a launch template contains: whoever has this role can run code as the nodes of
// these groups. That is why reconcile does not have its permissions itself.
if (fleetsRole)
  new aws.iam.Role("FleetsRole", {
    name: namedInAccount("fleets"),
    assumeRolePolicy: policyDocument([
      { actions: ["sts:AssumeRole"], principals: [{ type: "AWS", identifiers: [reconcile.nodes.role.arn] }] },
    ]),
    inlinePolicies: [
      { name: "looks", policy: policyDocument([unscopedStatement(["ec2:DescribeLaunchTemplateVersions"])]) },
    ],
    managedPolicyArns: managedPolicies(
      "FleetsRolled",
      "fleets-rolled",
      chunk(rolledGroups, fleetsPerPolicy).map(rolling),
    ),
  });

/** What the role may do with these groups, and with what they use. */
function rolling(some: Fleet[]): $util.Output<Statement[]> {
  return $util.all(some.map(usedBy)).apply((used) => $output([...changing(some), ...using(used)]));
}

function changing(some: Fleet[]): Statement[] {
  const scalingGroups = ofKind("auto-scaling-group", some);
  return [
    {
      sid: "ReplaceNodes",
      actions: ["eks:UpdateNodegroupVersion"],
      resources: ofKind("managed-node-group", some).map(nodeGroupArn),
    },
    {
      sid: "RefreshGroups",
      actions: ["autoscaling:CancelInstanceRefresh", "autoscaling:StartInstanceRefresh"],
      resources: scalingGroups.map(scalingGroupArn),
    },
    {
      // Whoever uses a template that follows a parameter must be able to read it (Auto Scaling user guide, "Use AWS
      // Systems Manager parameters instead of AMI IDs").
      sid: "ReadWhatTheyFollow",
      actions: ["ssm:GetParameters"],
      resources: scalingGroups.filter(hasOwnParameter).map(ownParameter),
    },
  ];
}

/**
 * EKS and Auto Scaling accept a version of a launch template only from a caller who could start an instance from it
 * (EKS user guide, "Customize managed nodes with launch templates"; Auto Scaling user guide, "Control Amazon EC2 launch
 * template usage"): from these templates only, with images of this stage only, and with the roles that they name.
 */
function using(used: Used[]): Statement[] {
  const changed = new Set(used.flatMap(({ template, isChanged }) => (isChanged ? [template] : [])));
  const templates = new Set(used.map(({ template }) => template));
  const fromTheirs = { test: "ArnEquals", variable: "ec2:LaunchTemplate", values: [...templates].map(templateArn) };
  return [
    {
      sid: "MakeVersions",
      actions: ["ec2:CreateLaunchTemplateVersion", "ec2:DeleteLaunchTemplateVersions"],
      resources: [...changed].map(templateArn),
    },
    {
      sid: "StartOurImages",
      actions: ["ec2:RunInstances"],
      resources: [imageArn("image")],
      conditions: [hasOurTag, fromTheirs],
    },
    {
      sid: "StartThemFrom",
      actions: ["ec2:RunInstances"],
      resources: [
        ...started,
        ...["capacity-reservation", "key-pair", "launch-template", "placement-group", "security-group", "subnet"].map(
          all,
        ),
        imageArn("snapshot"),
      ],
      conditions: [fromTheirs],
    },
    {
      sid: "TagWhatStarts",
      actions: ["ec2:CreateTags"],
      resources: started,
      conditions: [{ test: "StringEquals", variable: "ec2:CreateAction", values: ["RunInstances"] }],
    },
    {
      sid: "GiveNodesTheirRole",
      actions: ["iam:PassRole"],
      resources: [...new Set(used.flatMap(({ role }) => role ?? []))],
      conditions: [{ test: "StringLike", variable: "iam:PassedToService", values: ["ec2.amazonaws.com*"] }],
    },
  ];
}

function templateArn(id: string): $util.Output<string> {
  return arnOf("ec2", `launch-template/${id}`);
}

function all(type: string): $util.Output<string> {
  return arnOf("ec2", `${type}/*`);
}
