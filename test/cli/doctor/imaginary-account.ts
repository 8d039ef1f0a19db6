import { AutoScalingClient, type DescribeAutoScalingGroupsCommandOutput } from "@aws-sdk/client-auto-scaling";
import {
  CloudWatchClient,
  type DescribeAlarmsCommandOutput,
  type GetMetricDataCommandOutput,
} from "@aws-sdk/client-cloudwatch";
import {
  type BatchGetBuildsCommandOutput,
  CodeBuildClient,
  type ListBuildsForProjectCommandOutput,
} from "@aws-sdk/client-codebuild";
import {
  type DescribeInstanceTypesCommandOutput,
  type DescribeLaunchTemplateVersionsCommandOutput,
  type DescribeRouteTablesCommandOutput,
  type DescribeSubnetsCommandOutput,
  type DescribeVpcEndpointsCommandOutput,
  type DescribeVpcsCommandOutput,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { type DescribeNodegroupCommandOutput, EKSClient } from "@aws-sdk/client-eks";
import {
  type GetRoleCommandInput,
  type GetRoleCommandOutput,
  IAMClient,
  type SimulatePrincipalPolicyCommandInput,
  type SimulatePrincipalPolicyCommandOutput,
} from "@aws-sdk/client-iam";
import { KMSClient, type ListGrantsCommandInput, type ListGrantsCommandOutput } from "@aws-sdk/client-kms";
import {
  type GetAccountSettingsCommandOutput,
  type GetFunctionConcurrencyCommandOutput,
  type GetFunctionConfigurationCommandOutput,
  LambdaClient,
} from "@aws-sdk/client-lambda";
import {
  type GetServiceQuotaCommandInput,
  type GetServiceQuotaCommandOutput,
  ServiceQuotasClient,
} from "@aws-sdk/client-service-quotas";
import {
  type ListSubscriptionsByTopicCommandInput,
  type ListSubscriptionsByTopicCommandOutput,
  SNSClient,
} from "@aws-sdk/client-sns";
import { type GetParametersCommandInput, type GetParametersCommandOutput, SSMClient } from "@aws-sdk/client-ssm";
import { type GetCallerIdentityCommandOutput, STSClient } from "@aws-sdk/client-sts";

type Answer<Output, Input = object> = (input: Input) => Omit<Output, "$metadata">;

/** Everything that doctor asks, with AWS's answers in the shapes that the SDK gives them. */
export interface Answers {
  "sts:GetCallerIdentity": Answer<GetCallerIdentityCommandOutput>;
  "lambda:GetAccountSettings": Answer<GetAccountSettingsCommandOutput>;
  "lambda:GetFunctionConcurrency": Answer<GetFunctionConcurrencyCommandOutput>;
  "lambda:GetFunctionConfiguration": Answer<GetFunctionConfigurationCommandOutput>;
  "servicequotas:GetServiceQuota": Answer<GetServiceQuotaCommandOutput, GetServiceQuotaCommandInput>;
  "ec2:DescribeInstanceTypes": Answer<DescribeInstanceTypesCommandOutput>;
  "ec2:DescribeVpcs": Answer<DescribeVpcsCommandOutput>;
  "ec2:DescribeSubnets": Answer<DescribeSubnetsCommandOutput>;
  "ec2:DescribeRouteTables": Answer<DescribeRouteTablesCommandOutput>;
  "ec2:DescribeVpcEndpoints": Answer<DescribeVpcEndpointsCommandOutput>;
  "ssm:GetParameters": Answer<GetParametersCommandOutput, GetParametersCommandInput>;
  "autoscaling:DescribeAutoScalingGroups": Answer<DescribeAutoScalingGroupsCommandOutput>;
  "ec2:DescribeLaunchTemplateVersions": Answer<DescribeLaunchTemplateVersionsCommandOutput>;
  "eks:DescribeNodegroup": Answer<DescribeNodegroupCommandOutput>;
  "iam:GetRole": Answer<GetRoleCommandOutput, GetRoleCommandInput>;
  "iam:SimulatePrincipalPolicy": Answer<SimulatePrincipalPolicyCommandOutput, SimulatePrincipalPolicyCommandInput>;
  "kms:ListGrants": Answer<ListGrantsCommandOutput, ListGrantsCommandInput>;
  "sns:ListSubscriptionsByTopic": Answer<ListSubscriptionsByTopicCommandOutput, ListSubscriptionsByTopicCommandInput>;
  "cloudwatch:DescribeAlarms": Answer<DescribeAlarmsCommandOutput>;
  "cloudwatch:GetMetricData": Answer<GetMetricDataCommandOutput>;
  "codebuild:ListBuildsForProject": Answer<ListBuildsForProjectCommandOutput>;
  "codebuild:BatchGetBuilds": Answer<BatchGetBuildsCommandOutput>;
}

const clients = {
  autoscaling: AutoScalingClient,
  cloudwatch: CloudWatchClient,
  codebuild: CodeBuildClient,
  ec2: EC2Client,
  eks: EKSClient,
  iam: IAMClient,
  kms: KMSClient,
  lambda: LambdaClient,
  servicequotas: ServiceQuotasClient,
  sns: SNSClient,
  ssm: SSMClient,
  sts: STSClient,
};

/**
 * From now on no client of doctor sends anything: these answer. Calls without an answer are denied, as AWS does it.
 * @returns the calls so far
 */
export function answerWith(answers: Partial<Answers>): string[] {
  const calls: string[] = [];
  for (const [service, client] of Object.entries(clients)) {
    async function send(command: { constructor: { name: string }; input: never }): Promise<object> {
      const action = `${service}:${command.constructor.name.replace(/Command$/, "")}` as keyof Answers;
      calls.push(action);
      const answer = answers[action];
      if (!answer) throw awsError("AccessDeniedException", `User: ann is not authorized to perform: ${action}`);
      return answer(command.input);
    }
    Object.assign(client.prototype, { send });
  }
  return calls;
}

export function awsError(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

const topic = (name: string) => `arn:aws:sns:us-east-1:123456789012:eks-windows-images-production-${name}`;
const [notifications, operations] = [topic("NotificationsTopic-1"), topic("OperationsTopic-1")];
const template = "lt-0123456789abcdef0";
const nouns =
  "dead-letters reconcile-failing queue-old actions-failing leftovers blocked stuck paused unrecorded stale quiet fleets nodes-old fast-launch";

/** Version 3 of a launch template that maps these devices. */
export function templateThatMaps(...devices: string[]): Answers["ec2:DescribeLaunchTemplateVersions"] {
  const BlockDeviceMappings = devices.map((DeviceName) => ({ DeviceName }));
  const found = { LaunchTemplateId: template, VersionNumber: 3, LaunchTemplateData: { BlockDeviceMappings } };
  return () => ({ LaunchTemplateVersions: [found] });
}

/** An account in which all is well: with a deployment that has built, and subscribers ann and bob. */
export const allWell: Answers = {
  "sts:GetCallerIdentity": () => ({
    Account: "123456789012",
    Arn: "arn:aws:sts::123456789012:assumed-role/deployers/ann",
  }),
  "lambda:GetAccountSettings": () => ({
    AccountLimit: { ConcurrentExecutions: 1000, UnreservedConcurrentExecutions: 994 },
  }),
  "lambda:GetFunctionConcurrency": () => ({ ReservedConcurrentExecutions: 5 }),
  "lambda:GetFunctionConfiguration": () => ({
    Environment: {
      Variables: {
        STAGE: "production",
        BUCKET: "eks-windows-images-production-artifactsbucket-1",
        TOPIC_ARN: notifications,
        QUEUE_URL: "https://sqs.us-east-1.amazonaws.com/123456789012/eks-windows-images-production-TriggersQueue-1",
        PROJECT_NAME: "eks-windows-images-production-build",
        CHANNELS_PREFIX: "/eks-windows-images/production/channels",
        REQUESTS_PREFIX: "/eks-windows-images/production/requests",
        FAST_LAUNCH_ROLE: "arn:aws:iam::123456789012:role/eks-windows-images-production-us-east-1-fast-launch",
        FAST_LAUNCH_TEMPLATE: `${template}:1`,
      },
    },
  }),
  "servicequotas:GetServiceQuota": ({ QuotaCode }) => ({ Quota: { QuotaCode, Value: 640 } }),
  "ec2:DescribeInstanceTypes": () => ({ InstanceTypes: [{ VCpuInfo: { DefaultVCpus: 4 } }] }),
  "ec2:DescribeVpcs": () => ({ Vpcs: [{ VpcId: "vpc-0123456789abcdef0", IsDefault: true }] }),
  "ec2:DescribeSubnets": () => ({
    Subnets: [{ SubnetId: "subnet-0123456789abcdef0", VpcId: "vpc-0123456789abcdef0", AvailabilityZone: "us-east-1a" }],
  }),
  "ec2:DescribeRouteTables": () => ({
    RouteTables: [
      {
        VpcId: "vpc-0123456789abcdef0",
        Associations: [{ Main: true }],
        Routes: [{ DestinationCidrBlock: "0.0.0.0/0", GatewayId: "igw-0123456789abcdef0", State: "active" }],
      },
    ],
  }),
  "ec2:DescribeVpcEndpoints": () => ({ VpcEndpoints: [] }),
  "ssm:GetParameters": ({ Names = [] }) => ({
    Parameters: Names.map((Name) => ({ Name, Value: "ami-0123456789abcdef0" })),
  }),
  "autoscaling:DescribeAutoScalingGroups": () => ({
    AutoScalingGroups: [
      {
        AutoScalingGroupName: "eks-windows-web-1",
        LaunchTemplate: { LaunchTemplateId: template, Version: "3" },
        MinSize: 1,
        MaxSize: 2,
        DesiredCapacity: 1,
        DefaultCooldown: 300,
        AvailabilityZones: ["us-east-1a"],
        HealthCheckType: "EC2",
        CreatedTime: new Date("2026-01-01"),
      },
    ],
  }),
  "ec2:DescribeLaunchTemplateVersions": templateThatMaps(),
  "eks:DescribeNodegroup": () => ({
    nodegroup: { resources: { autoScalingGroups: [{ name: "eks-windows-web-1" }] } },
  }),
  "iam:GetRole": () => ({
    Role: {
      Arn: "arn:aws:iam::123456789012:role/team/deployers",
      Path: "/team/",
      RoleName: "deployers",
      RoleId: "AROAEXAMPLE",
      CreateDate: new Date("2026-01-01"),
    },
  }),
  "iam:SimulatePrincipalPolicy": ({ ActionNames = [] }) => ({
    EvaluationResults: ActionNames.map((EvalActionName) => ({ EvalActionName, EvalDecision: "allowed" as const })),
  }),
  "kms:ListGrants": ({ GranteePrincipal }) => ({ Grants: [{ GranteePrincipal, Operations: ["CreateGrant"] }] }),
  "sns:ListSubscriptionsByTopic": ({ TopicArn }) => ({
    Subscriptions: [
      {
        Protocol: "email",
        Endpoint: TopicArn === notifications ? "ann@example.com" : "bob@example.com",
        SubscriptionArn: `${TopicArn}:1`,
      },
    ],
  }),
  "cloudwatch:DescribeAlarms": () => ({
    MetricAlarms: nouns.split(" ").map((noun) => ({
      AlarmName: `eks-windows-images-production-${noun}`,
      StateValue: "OK" as const,
      ActionsEnabled: true,
      AlarmActions: [operations],
    })),
  }),
  "cloudwatch:GetMetricData": () => ({
    MetricDataResults: [{ Id: "runs", Timestamps: [new Date(Date.now() - 600_000)], Values: [1] }],
  }),
  "codebuild:ListBuildsForProject": () => ({ ids: ["eks-windows-images-production-build:1"] }),
  "codebuild:BatchGetBuilds": () => ({
    builds: [{ id: "eks-windows-images-production-build:1", buildStatus: "SUCCEEDED" as const }],
  }),
};

/** An account in which everything is wrong that can be. */
export const allWrong: Answers = {
  ...allWell,
  "lambda:GetAccountSettings": () => ({
    AccountLimit: { ConcurrentExecutions: 10, UnreservedConcurrentExecutions: 10 },
  }),
  "lambda:GetFunctionConcurrency": () => ({}),
  "servicequotas:GetServiceQuota": ({ QuotaCode }) => ({ Quota: { QuotaCode, Value: 1 } }),
  "ec2:DescribeVpcs": () => ({ Vpcs: [] }),
  "ssm:GetParameters": () => ({ Parameters: [] }),
  "ec2:DescribeLaunchTemplateVersions": templateThatMaps("/dev/sda1"),
  "iam:GetRole": (input) => {
    if (input.RoleName === "AWSServiceRoleForEC2FastLaunch") throw awsError("NoSuchEntityException", "no such role");
    return allWell["iam:GetRole"](input);
  },
  "iam:SimulatePrincipalPolicy": ({ ActionNames = [] }) => ({
    EvaluationResults: ActionNames.map((EvalActionName) => ({
      EvalActionName,
      EvalDecision: "implicitDeny" as const,
      OrganizationsDecisionDetail: { AllowedByOrganizations: false },
    })),
  }),
  "sns:ListSubscriptionsByTopic": ({ TopicArn }) => ({
    Subscriptions:
      TopicArn === notifications
        ? [{ Protocol: "email", Endpoint: "ann@example.com", SubscriptionArn: "PendingConfirmation" }]
        : [],
  }),
  "cloudwatch:DescribeAlarms": () => ({
    MetricAlarms: [
      {
        AlarmName: "eks-windows-images-production-quiet",
        AlarmDescription: "No reconcile run has completed for 1 h or more: nothing is watched.",
        StateValue: "ALARM" as const,
        StateUpdatedTimestamp: new Date("2026-12-01T09:00:00Z"),
        ActionsEnabled: false,
        AlarmActions: [operations],
      },
    ],
  }),
  "cloudwatch:GetMetricData": () => ({ MetricDataResults: [{ Id: "runs", Timestamps: [], Values: [] }] }),
  "codebuild:BatchGetBuilds": () => ({
    builds: [
      {
        id: "eks-windows-images-production-build:2",
        buildStatus: "FAILED" as const,
        exportedEnvironmentVariables: [
          { name: "FAILURE_CLASS", value: "download" },
          {
            name: "FAILURE_CAUSE",
            value: "https://releases.hashicorp.com/packer/1.16.0/packer_1.16.0_linux_amd64.zip cannot be downloaded",
          },
        ],
      },
    ],
  }),
};
