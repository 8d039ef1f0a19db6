import { accountId, arnOf, imageArn, partition, policyDocument, type Statement } from "./account.ts";
import { fastLaunchRole } from "./fast-launch-permissions.ts";
import { templateId } from "./fast-launch-template.ts";
import { hasOurTag, namedInAccount, stageTag } from "./names.ts";
import { reconcile } from "./reconcile.ts";
import { unscopedStatement } from "./unscoped.ts";
import { volumeKeyPermissions } from "./volume-key.ts";

/** The service whose role makes the snapshots. EC2 makes that role with the first image. */
const service = "ec2fastlaunch.amazonaws.com";

const started = ["instance", "network-interface", "volume"].map(all);

if (fastLaunchRole && templateId)
  new aws.iam.Role("FastLaunchRole", {
    name: namedInAccount("fast-launch"),
    assumeRolePolicy: policyDocument([
      { actions: ["sts:AssumeRole"], principals: [{ type: "AWS", identifiers: [reconcile.nodes.role.arn] }] },
    ]),
    inlinePolicies: [{ name: "fast-launch", policy: policyDocument(statements(templateId)) }],
  });

/**
 * EC2 enables it only for a caller who could start an instance from the image and the template (EC2 user guide,
 * "Configure EC2 Fast Launch settings"): from this template only, and from images of this stage only.
 */
function statements(template: $util.Input<string>): Statement[] {
  const arn = arnOf("ec2", $interpolate`launch-template/${template}`);
  const fromIt = { test: "ArnEquals", variable: "ec2:LaunchTemplate", values: [arn] };
  return [
    {
      sid: "FastLaunchOurImages",
      actions: ["ec2:EnableFastLaunch", "ec2:DisableFastLaunch"],
      resources: [imageArn("image")],
      conditions: [hasOurTag],
    },
    {
      // An image that a person has deregistered has no tags any more, and its snapshots would cost money for ever.
      sid: "EndThatOfGoneImages",
      actions: ["ec2:DisableFastLaunch"],
      resources: [imageArn("image")],
      conditions: [{ test: "Null", variable: `aws:ResourceTag/${stageTag}`, values: ["true"] }],
    },
    { sid: "FastLaunchFromIt", actions: ["ec2:EnableFastLaunch"], resources: [arn] },
    {
      sid: "StartOurImages",
      actions: ["ec2:RunInstances"],
      resources: [imageArn("image")],
      conditions: [hasOurTag, fromIt],
    },
    {
      sid: "StartThemFromIt",
      actions: ["ec2:RunInstances"],
      resources: [...started, ...["key-pair", "security-group", "subnet"].map(all), arn, imageArn("snapshot")],
      conditions: [fromIt],
    },
    {
      sid: "TagWhatStarts",
      actions: ["ec2:CreateTags"],
      resources: started,
      conditions: [{ test: "StringEquals", variable: "ec2:CreateAction", values: ["RunInstances"] }],
    },
    unscopedStatement(["ec2:DescribeImages", "ec2:DescribeLaunchTemplateVersions"]),
    {
      sid: "MakeItsServiceRole",
      actions: ["iam:CreateServiceLinkedRole"],
      resources: [
        $interpolate`arn:${partition}:iam::${accountId}:role/aws-service-role/${service}/AWSServiceRoleForEC2FastLaunch`,
      ],
      conditions: [{ test: "StringEquals", variable: "iam:AWSServiceName", values: [service] }],
    },
    ...volumeKeyPermissions,
  ];
}

function all(type: string): $util.Output<string> {
  return arnOf("ec2", `${type}/*`);
}
