import { isDeepStrictEqual } from "node:util";
import type { CreatedResource } from "../../local/deploy/cloud.ts";
import { list, statementsOf } from "./graph.ts";

/** What must be true of a resource, whatever else it says. */
export interface Expectation {
  /** Pulumi's type without `aws:`. */
  type: string;
  /** Part of its inputs. Fields that say `undefined` must not be there. */
  says?: Record<string, unknown>;
  /** Of a role: the one service that may assume it. */
  trusts?: string;
  /** Of a resource's own policy: nobody gets past it without TLS, and services only for resources of this account. */
  guards?: true;
}

const logs: Expectation = { type: "cloudwatch/logGroup:LogGroup", says: { retentionInDays: 90 } };
const rule: Expectation = { type: "cloudwatch/eventRule:EventRule", says: { eventBusName: "default" } };
const target: Expectation = { type: "cloudwatch/eventTarget:EventTarget", says: { targetId: "queue" } };
const schedule: Expectation = { type: "scheduler/schedule:Schedule", says: { flexibleTimeWindow: { mode: "OFF" } } };
/** Under `alias/aws/sqs` neither EventBridge nor SNS can write to a queue. */
const queue: Expectation = {
  type: "sqs/queue:Queue",
  says: { fifoQueue: false, sqsManagedSseEnabled: true, kmsMasterKeyId: undefined },
};
const lambda: Expectation = {
  type: "lambda/function:Function",
  says: { runtime: "nodejs24.x", architectures: ["arm64"], vpcConfig: undefined },
};
const code: Expectation = { type: "s3/bucketObjectv2:BucketObjectv2", says: { bucket: "sst-asset", acl: undefined } };
/** Under `alias/aws/sns` no alarm could publish to a topic. */
const topic: Expectation = { type: "sns/topic:Topic", says: { fifoTopic: false, kmsMasterKeyId: "TopicKey" } };
const query: Expectation = { type: "cloudwatch/queryDefinition:QueryDefinition" };
const instanceProfile: Expectation = { type: "iam/instanceProfile:InstanceProfile" };

/** What happens where nothing is measured is said of each. */
function alarm(treatMissingData: string): Expectation {
  const actionsEnabled = undefined;
  return { type: "cloudwatch/metricAlarm:MetricAlarm", says: { treatMissingData, actionsEnabled } };
}

function role(service: string): Expectation {
  return {
    type: "iam/role:Role",
    trusts: `${service}.amazonaws.com`,
    says: { managedPolicyArns: undefined, maxSessionDuration: undefined },
  };
}

/** Every resource that is always there, by its name in the program. */
export const expected: Readonly<Record<string, Expectation>> = {
  ApiCode: code,
  ApiFunction: { ...lambda, says: { ...lambda.says, timeout: 30, reservedConcurrentExecutions: 5 } },
  ApiLogs: logs,
  ApiRole: role("lambda"),
  ApiUrl: { type: "lambda/functionUrl:FunctionUrl", says: { authorizationType: "AWS_IAM", cors: undefined } },
  ArtifactsBucket: { type: "s3/bucket:Bucket", says: { acl: undefined, policy: undefined, forceDestroy: false } },
  ArtifactsEncryption: {
    type: "s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    says: { rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] },
  },
  ArtifactsLifecycle: { type: "s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration" },
  ArtifactsPolicy: { type: "s3/bucketPolicy:BucketPolicy", guards: true },
  ArtifactsPublicAccessBlock: {
    type: "s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    says: { blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
  },
  ArtifactsVersioning: {
    type: "s3/bucketVersioning:BucketVersioning",
    says: { versioningConfiguration: { status: "Enabled" } },
  },
  BaseAmis: schedule,
  BuildEnded: rule,
  BuildEndedTarget: target,
  BuildLogs: logs,
  BuildRole: role("codebuild"),
  Builds: {
    type: "codebuild/project:Project",
    says: { artifacts: { type: "NO_ARTIFACTS" }, badgeEnabled: undefined, projectVisibility: undefined },
  },
  ChannelChanged: rule,
  ChannelChangedTarget: target,
  ActionsFailingAlarm: alarm("notBreaching"),
  BlockedAlarm: alarm("notBreaching"),
  DeadLettersAlarm: alarm("ignore"),
  DeadLettersPolicy: { type: "sqs/queuePolicy:QueuePolicy", guards: true },
  DeadLettersQueue: queue,
  DeadLettersRedrive: { type: "sqs/redriveAllowPolicy:RedriveAllowPolicy" },
  GuestProfile: instanceProfile,
  GuestRole: role("ec2"),
  HarvestProfile: instanceProfile,
  HarvestRole: role("ec2"),
  Kubernetes: schedule,
  // SST's own, for values that functions are linked to; ours are linked to none.
  LambdaEncryptionKey: { type: "random:index/randomBytes:RandomBytes", says: { length: 32 } },
  NotificationsPolicy: { type: "sns/topicPolicy:TopicPolicy", guards: true },
  NotificationsTopic: topic,
  OperationsPolicy: { type: "sns/topicPolicy:TopicPolicy", guards: true },
  OperationsTopic: topic,
  PatchTuesday: schedule,
  QueueOldAlarm: alarm("notBreaching"),
  QuietAlarm: alarm("breaching"),
  RecipeSource: { type: "s3/bucketObjectv2:BucketObjectv2", says: { acl: undefined } },
  ReconcileCode: code,
  ReconcileFailingAlarm: alarm("notBreaching"),
  ReconcileFunction: { ...lambda, says: { ...lambda.says, timeout: 300, reservedConcurrentExecutions: 1 } },
  ReconcileLogs: logs,
  ReconcileRole: role("lambda"),
  ReconcileTriggers: {
    type: "lambda/eventSourceMapping:EventSourceMapping",
    says: { scalingConfig: { maximumConcurrency: 2 } },
  },
  SchedulerRole: role("scheduler"),
  StaleAlarm: alarm("ignore"),
  TopicKey: { type: "kms/key:Key", says: { enableKeyRotation: true, policy: undefined, isEnabled: undefined } },
  TopicKeyPolicy: { type: "kms/keyPolicy:KeyPolicy", says: { keyId: "TopicKey" } },
  TriggersPolicy: { type: "sqs/queuePolicy:QueuePolicy", guards: true },
  TriggersQueue: queue,
  WhatBecame: query,
  WhatFailed: query,
  WhoAsked: query,
  WhyBuilt: query,
  WhyNotBuilt: query,
};

/** Those of a build in a VPC of the user's. */
export const expectedInVpc: Readonly<Record<string, Expectation>> = {
  CodeBuildSecurityGroup: { type: "ec2/securityGroup:SecurityGroup", says: { ingress: undefined } },
  InstanceSecurityGroup: {
    type: "ec2/securityGroup:SecurityGroup",
    says: { ingress: [{ protocol: "tcp", fromPort: 5986, toPort: 5986, securityGroups: ["CodeBuildSecurityGroup"] }] },
  },
};

/** What of the resources is not as expected, each by its name; also those that nobody expects, and those that are missing. */
export function surprises(
  resources: readonly CreatedResource[],
  expectations: Readonly<Record<string, Expectation>>,
): string[] {
  const names = resources.map(({ name }) => name);
  return [
    ...Object.keys(expectations)
      .filter((name) => !names.includes(name))
      .map((name) => `${name} is missing`),
    ...resources.flatMap((resource) => {
      const expectation = expectations[resource.name];
      if (!expectation) return [`${resource.name} (${resource.type}) is expected by nobody`];
      return complaintsOf(resource, expectation).map((complaint) => `${resource.name} ${complaint}`);
    }),
  ];
}

function complaintsOf({ type, inputs }: CreatedResource, { type: wanted, says = {}, trusts, guards }: Expectation) {
  if (type.replace(/^aws:/, "") !== wanted) return [`is ${type}, not ${wanted}`];
  const different = Object.entries(says).flatMap(([field, value]) =>
    isDeepStrictEqual(inputs[field], value) || (value === undefined && isEmpty(inputs[field]))
      ? []
      : [`says ${field} ${JSON.stringify(inputs[field])}, not ${JSON.stringify(value)}`],
  );
  return [...different, ...(trusts ? strangers(inputs, trusts) : []), ...(guards ? gaps(inputs) : [])];
}

function isEmpty(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.length === 0);
}

function strangers({ assumeRolePolicy }: Record<string, unknown>, service: string): string[] {
  const principals = statementsOf(assumeRolePolicy).map(({ Principal }) => JSON.stringify(Principal));
  return principals.filter((one) => one !== JSON.stringify({ Service: service })).map((one) => `trusts ${one}`);
}

function gaps({ policy }: Record<string, unknown>): string[] {
  const statements = statementsOf(policy);
  const withoutTls = statements.filter(
    ({ Effect, Principal, Condition }) =>
      Effect === "Deny" && Principal === "*" && Condition?.Bool?.["aws:SecureTransport"] === "false",
  );
  const anybody = statements.filter(
    ({ Effect, Condition }) =>
      Effect === "Allow" && !(Condition?.ArnEquals?.["aws:SourceArn"] && Condition.StringEquals?.["aws:SourceAccount"]),
  );
  return [
    ...(withoutTls.length === 1 ? [] : ["lets calls without TLS pass"]),
    ...anybody.map(({ Action }) => `allows ${list(Action).join()} whoever it is for`),
  ];
}
