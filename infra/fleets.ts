import { arnOf, imageArn, policyDocument, type Statement } from "./account.ts";
import { fleetsRole, nodeGroupArn, ownParameters, rolledNodeGroups, rolledScalingGroups } from "./fleet-permissions.ts";
import { type Used, used } from "./fleet-templates.ts";
import { hasOurTag, namedInAccount } from "./names.ts";
import { reconcile } from "./reconcile.ts";
import { unscopedStatement } from "./unscoped.ts";

// IAM cannot restrict what a version of a launch template contains. Whoever has this role can run code as the nodes of
// these groups. That is why reconcile does not have its permissions, but must assume it.
if (fleetsRole)
  new aws.iam.Role("FleetsRole", {
    name: namedInAccount("fleets"),
    assumeRolePolicy: policyDocument([
      { actions: ["sts:AssumeRole"], principals: [{ type: "AWS", identifiers: [reconcile.nodes.role.arn] }] },
    ]),
    inlinePolicies: [
      { name: "looks", policy: policyDocument([unscopedStatement(["ec2:DescribeLaunchTemplateVersions"])]) },
      { name: "groups", policy: policyDocument(changingGroups()) },
      { name: "templates", policy: policyDocument(used.apply((those) => $output(usingTemplates(those)))) },
    ],
  });

/** The updates of exactly the groups that are rolled. */
function changingGroups(): Statement[] {
  const scalingGroups = rolledScalingGroups.map(({ group }) =>
    arnOf("autoscaling", `autoScalingGroup:*:autoScalingGroupName/${group}`),
  );
  const parameters = ownParameters(rolledScalingGroups);
  return [
    {
      sid: "ReplaceNodes",
      actions: ["eks:UpdateNodegroupVersion"],
      resources: rolledNodeGroups.map(nodeGroupArn),
    },
    {
      sid: "RefreshGroups",
      actions: ["autoscaling:CancelInstanceRefresh", "autoscaling:StartInstanceRefresh"],
      resources: scalingGroups,
    },
    // Whoever uses a template that follows a parameter must be able to read it (Auto Scaling user guide, "Use AWS
    // Systems Manager parameters instead of AMI IDs").
    { sid: "ReadWhatTheyFollow", actions: ["ssm:GetParameters"], resources: parameters },
  ].filter(({ resources }) => resources.length > 0);
}

/**
 * EKS and Auto Scaling accept a version of a launch template only from a caller who could start an instance from it
 * (EKS user guide, "Customize managed nodes with launch templates"; Auto Scaling user guide, "Control Amazon EC2 launch
 * template usage"): from these templates only, with images of this stage only, and with the roles that they name.
 */
function usingTemplates(those: Used[]): Statement[] {
  const changed = new Set(those.flatMap(({ template, isChanged }) => (isChanged ? [template] : [])));
  const roles = new Set(those.flatMap(({ role }) => role ?? []));
  const templates = [...new Set(those.map(({ template }) => template))].map(templateArn);
  const fromTheirs = { test: "ArnEquals", variable: "ec2:LaunchTemplate", values: templates };
  const started = ["instance", "network-interface", "spot-instances-request", "volume"].map(all);
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
        ...templates,
        ...started,
        ...["capacity-reservation", "key-pair", "placement-group", "security-group", "subnet"].map(all),
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
      resources: [...roles],
      conditions: [{ test: "StringLike", variable: "iam:PassedToService", values: ["ec2.amazonaws.com*"] }],
    },
  ].filter(({ resources }) => resources.length > 0);
}

function templateArn(id: string): $util.Output<string> {
  return arnOf("ec2", `launch-template/${id}`);
}

function all(type: string): $util.Output<string> {
  return arnOf("ec2", `${type}/*`);
}
