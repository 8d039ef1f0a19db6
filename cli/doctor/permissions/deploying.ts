import type { Policies } from "../../../functions/config/policies.ts";
import { tagPrefix } from "../../../functions/domain/inputs.ts";
import type { Requests } from "./simulation.ts";

/** Where the resources of a stage are. */
export interface Place {
  stage: string;
  region: string;
  account: string;
  partition: string;
}

/** The tag of what a stage makes, with the stage as its value. */
export const stageTag = `${tagPrefix}stage`;

/**
 * What a deployment calls to create each type of resource and to change it, by the type's name in Pulumi. Not all of it:
 * the calls without which nothing of that type works. test/cli/doctor/permissions.test.ts compares the types with those
 * of the program.
 */
export const actionsByType: Readonly<Record<string, readonly string[]>> = {
  "aws:cloudwatch/eventRule:EventRule": ["events:PutRule", "events:TagResource"],
  "aws:cloudwatch/eventTarget:EventTarget": ["events:PutTargets", "events:RemoveTargets"],
  "aws:cloudwatch/logGroup:LogGroup": ["logs:CreateLogGroup", "logs:PutRetentionPolicy", "logs:TagResource"],
  "aws:cloudwatch/metricAlarm:MetricAlarm": ["cloudwatch:PutMetricAlarm", "cloudwatch:TagResource"],
  "aws:cloudwatch/queryDefinition:QueryDefinition": ["logs:PutQueryDefinition", "logs:DescribeQueryDefinitions"],
  "aws:codebuild/project:Project": ["codebuild:CreateProject", "codebuild:UpdateProject", "codebuild:BatchGetProjects"],
  "aws:ec2/securityGroup:SecurityGroup": [
    "ec2:CreateSecurityGroup",
    "ec2:AuthorizeSecurityGroupIngress",
    "ec2:CreateTags",
  ],
  "aws:ec2/launchTemplate:LaunchTemplate": ["ec2:CreateLaunchTemplate", "ec2:CreateLaunchTemplateVersion"],
  "aws:iam/instanceProfile:InstanceProfile": ["iam:CreateInstanceProfile", "iam:AddRoleToInstanceProfile"],
  "aws:iam/policy:Policy": ["iam:CreatePolicy", "iam:CreatePolicyVersion"],
  "aws:iam/role:Role": [
    "iam:CreateRole",
    "iam:GetRole",
    "iam:PutRolePolicy",
    "iam:AttachRolePolicy",
    "iam:TagRole",
    "iam:PassRole",
  ],
  "aws:kms/key:Key": ["kms:CreateKey", "kms:DescribeKey", "kms:EnableKeyRotation", "kms:TagResource"],
  "aws:kms/keyPolicy:KeyPolicy": ["kms:PutKeyPolicy"],
  "aws:lambda/eventSourceMapping:EventSourceMapping": ["lambda:CreateEventSourceMapping"],
  "aws:lambda/function:Function": [
    "lambda:CreateFunction",
    "lambda:UpdateFunctionCode",
    "lambda:UpdateFunctionConfiguration",
    "lambda:PutFunctionConcurrency",
    "lambda:TagResource",
  ],
  "aws:lambda/functionUrl:FunctionUrl": ["lambda:CreateFunctionUrlConfig"],
  "aws:lambda/permission:Permission": ["lambda:AddPermission"],
  "aws:s3/bucket:Bucket": ["s3:CreateBucket", "s3:ListBucket", "s3:PutBucketTagging"],
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": ["s3:PutLifecycleConfiguration"],
  "aws:s3/bucketPolicy:BucketPolicy": ["s3:PutBucketPolicy"],
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": ["s3:PutBucketPublicAccessBlock"],
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": [
    "s3:PutEncryptionConfiguration",
  ],
  "aws:s3/bucketVersioning:BucketVersioning": ["s3:PutBucketVersioning"],
  "aws:s3/bucketObjectv2:BucketObjectv2": ["s3:PutObject", "s3:GetObject"],
  "aws:scheduler/schedule:Schedule": ["scheduler:CreateSchedule", "scheduler:UpdateSchedule"],
  "aws:sns/topic:Topic": ["sns:CreateTopic", "sns:SetTopicAttributes", "sns:TagResource"],
  "aws:sns/topicPolicy:TopicPolicy": ["sns:SetTopicAttributes"],
  "aws:sns/topicSubscription:TopicSubscription": ["sns:Subscribe"],
  "aws:sqs/queue:Queue": ["sqs:CreateQueue", "sqs:SetQueueAttributes", "sqs:TagQueue"],
  "aws:sqs/queuePolicy:QueuePolicy": ["sqs:SetQueueAttributes"],
  "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": ["sqs:SetQueueAttributes"],
};

/** Types that only some configurations have. */
export function typesOf(
  { network, functionUrl, fastLaunch }: Policies,
  has: { subscribers: boolean; callers: boolean; fleets: boolean; places: boolean },
): string[] {
  const optional: Record<string, boolean> = {
    "aws:ec2/securityGroup:SecurityGroup": network.kind === "vpc",
    "aws:ec2/launchTemplate:LaunchTemplate": fastLaunch !== undefined && !fastLaunch.launchTemplate,
    "aws:iam/policy:Policy": has.fleets || has.places || fastLaunch !== undefined,
    "aws:lambda/functionUrl:FunctionUrl": functionUrl,
    "aws:lambda/permission:Permission": has.callers,
    "aws:sns/topicSubscription:TopicSubscription": has.subscribers,
  };
  return Object.keys(actionsByType).filter((type) => optional[type] ?? true);
}

/** What a person who deploys must be allowed to do, by resource. */
export function deployingRequests(types: readonly string[], place: Place): Requests[] {
  const { stage, region, account, partition } = place;
  const name = `eks-windows-images-${stage}`;
  const arn = (service: string, resource: string) => `arn:${partition}:${service}:${region}:${account}:${resource}`;
  const iam = (resource: string) => `arn:${partition}:iam::${account}:${resource}/${name}-${region}-build`;
  /** ARNs of resources as a deployment names them, by the action's service and, where these differ, its noun. */
  const resources: [of: RegExp, resource: string | undefined][] = [
    [/^iam:.*InstanceProfile$/, iam("instance-profile")],
    [/^iam:CreatePolicy/, iam("policy")],
    [/^iam:/, iam("role")],
    [/^events:/, arn("events", `rule/${name}-rule`)],
    // Saved queries have no ARN of their own.
    [/^logs:.*QueryDefinition/, undefined],
    [/^logs:/, arn("logs", `log-group:/aws/lambda/${name}-api`)],
    [/^cloudwatch:/, arn("cloudwatch", `alarm:${name}-quiet`)],
    [/^codebuild:/, arn("codebuild", `project/${name}-build`)],
    [/^lambda:CreateEventSourceMapping/, undefined],
    [/^lambda:/, arn("lambda", `function:${name}-api`)],
    [/^s3:.*Object$/, `arn:${partition}:s3:::${name}-artifactsbucket-0/source/0.zip`],
    [/^s3:/, `arn:${partition}:s3:::${name}-artifactsbucket-0`],
    [/^scheduler:/, arn("scheduler", `schedule/default/${name}-schedule`)],
    [/^sns:/, arn("sns", `${name}-NotificationsTopic-0`)],
    [/^sqs:/, arn("sqs", `${name}-TriggersQueue-0`)],
  ];
  const actions = [...new Set(types.flatMap((type) => actionsByType[type] ?? []))];
  const grouped = Map.groupBy(actions, (action) => resources.find(([of]) => of.test(action))?.[1]);
  return [
    ...[...grouped].map(([resource, of]) => ({ actions: of, resource })),
    // Where SST keeps a deployment's state.
    { actions: ["ssm:GetParameter", "ssm:PutParameter"], resource: arn("ssm", "parameter/sst/bootstrap") },
    { actions: ["s3:GetObject", "s3:PutObject"], resource: `arn:${partition}:s3:::sst-state-0/app/${name}` },
  ];
}
