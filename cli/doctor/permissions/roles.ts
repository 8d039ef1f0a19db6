import { iamName } from "../../../infra/role-names.ts";
import { type Place, stageTag } from "./deploying.ts";
import { fastLaunchRequests } from "./fast-launch.ts";
import type { Requests } from "./simulation.ts";

/** A deployed role, and the calls without which it cannot do its work. */
export interface DeployedRole {
  noun: "reconcile" | "api" | "build" | "fast-launch";
  arn: string;
  requests: Requests[];
}

/** What the functions' environment says about the deployment. */
export type FunctionEnvironment = Readonly<Record<string, string>>;

/** What config.ts says that the requests are about. */
export interface Configured {
  variant: string;
  volumeKeyArn?: string | undefined;
}

/**
 * The roles of a deployed stage with their key requests. test/cli/doctor/permissions.test.ts holds them against the
 * policies that a deployment has.
 */
export function deployedRoles(
  place: Place,
  environment: FunctionEnvironment,
  { variant, volumeKeyArn }: Configured,
): DeployedRole[] {
  const { stage, region, account, partition } = place;
  const arn = (service: string, resource: string) => `arn:${partition}:${service}:${region}:${account}:${resource}`;
  const role = (noun: string) =>
    `arn:${partition}:iam::${account}:role/${iamName(`eks-windows-images-${stage}`, region, noun)}`;
  const { BUCKET, TOPIC_ARN, QUEUE_URL = "", PROJECT_NAME, CHANNELS_PREFIX, REQUESTS_PREFIX } = environment;
  const { FAST_LAUNCH_ROLE, FAST_LAUNCH_TEMPLATE = "" } = environment;
  const queue = arn("sqs", QUEUE_URL.split("/").at(-1) ?? "");
  const object = (key: string) => `arn:${partition}:s3:::${BUCKET}/${key}`;
  const ours = { [`aws:ResourceTag/${stageTag}`]: stage };
  const observing: Requests[] = [
    { actions: ["ec2:DescribeImages", "ec2:DescribeInstances", "ec2:DescribeSnapshots"] },
    {
      actions: ["codebuild:ListBuildsForProject", "codebuild:BatchGetBuilds"],
      resource: arn("codebuild", `project/${PROJECT_NAME}`),
    },
    { actions: ["ssm:GetParametersByPath"], resource: arn("ssm", `parameter${CHANNELS_PREFIX}`) },
    { actions: ["s3:ListBucket"], resource: `arn:${partition}:s3:::${BUCKET}`, context: { "s3:prefix": "records/" } },
  ];
  return [
    {
      noun: "reconcile",
      arn: role("reconcile"),
      requests: [
        ...observing,
        { actions: ["sqs:ReceiveMessage", "sqs:DeleteMessage"], resource: queue },
        { actions: ["codebuild:StartBuild"], resource: arn("codebuild", `project/${PROJECT_NAME}`) },
        { actions: ["ssm:PutParameter"], resource: arn("ssm", `parameter${CHANNELS_PREFIX}/${variant}/stable`) },
        { actions: ["sns:Publish"], resource: TOPIC_ARN },
        { actions: ["s3:PutObject"], resource: object("announced/0") },
        {
          actions: ["ec2:EnableImageDeprecation"],
          resource: `arn:${partition}:ec2:${region}::image/ami-0`,
          context: ours,
        },
      ],
    },
    {
      noun: "api",
      arn: role("api"),
      requests: [
        ...observing,
        { actions: ["sqs:SendMessage"], resource: queue },
        { actions: ["ssm:PutParameter"], resource: arn("ssm", `parameter${REQUESTS_PREFIX}/${variant}`) },
        { actions: ["s3:PutObject"], resource: object("records/approvals/0") },
      ],
    },
    {
      noun: "build",
      arn: role("build"),
      requests: [
        { actions: ["ec2:DescribeImages", "ec2:DescribeInstances", "ec2:DescribeSubnets"] },
        {
          actions: ["ec2:CreateImage", "ec2:GetPasswordData", "ec2:TerminateInstances"],
          resource: arn("ec2", "instance/i-0"),
          context: ours,
        },
        { actions: ["s3:PutObject"], resource: object("reports/0") },
        {
          actions: ["logs:PutLogEvents"],
          resource: arn("logs", `log-group:/aws/codebuild/${PROJECT_NAME}:log-stream:0`),
        },
      ],
    },
    ...(FAST_LAUNCH_ROLE
      ? [
          {
            noun: "fast-launch" as const,
            arn: FAST_LAUNCH_ROLE,
            requests: fastLaunchRequests(place, FAST_LAUNCH_TEMPLATE.split(":")[0] ?? "", volumeKeyArn),
          },
        ]
      : []),
  ];
}

/** What somebody needs who calls the service. */
export function callingRequests({ stage, region, account, partition }: Place, functionUrl: boolean): Requests[] {
  const resource = `arn:${partition}:lambda:${region}:${account}:function:eks-windows-images-${stage}-api`;
  const viaUrl = { context: { "lambda:FunctionUrlAuthType": "AWS_IAM", "lambda:InvokedViaFunctionUrl": "true" } };
  return [
    { actions: ["lambda:InvokeFunction"], resource, ...(functionUrl && viaUrl) },
    ...(functionUrl ? [{ actions: ["lambda:InvokeFunctionUrl"], resource, ...viaUrl }] : []),
  ];
}
