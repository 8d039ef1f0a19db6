import { isDeepStrictEqual } from "node:util";
import type { CreatedResource } from "../../local/deploy/cloud.ts";
import { list, statementsOf } from "./graph.ts";

/** The properties that a resource must have. It can have others. */
export interface Expectation {
  /** Pulumi's type without `aws:`. */
  type: string;
  /** Some of its inputs. A field that is `undefined` here must be missing there. */
  inputs?: Record<string, unknown>;
  /** For a role: the only service that can assume it. */
  trusts?: string;
  /** For a resource policy: it denies calls without TLS and allows services only on behalf of this account. */
  guards?: true;
}

const logs: Expectation = { type: "cloudwatch/logGroup:LogGroup", inputs: { retentionInDays: 90 } };
const rule: Expectation = { type: "cloudwatch/eventRule:EventRule", inputs: { eventBusName: "default" } };
const target: Expectation = { type: "cloudwatch/eventTarget:EventTarget", inputs: { targetId: "queue" } };
const schedule: Expectation = { type: "scheduler/schedule:Schedule", inputs: { flexibleTimeWindow: { mode: "OFF" } } };
/** EventBridge and SNS cannot write to a queue under `alias/aws/sqs`. */
const queue: Expectation = {
  type: "sqs/queue:Queue",
  inputs: { fifoQueue: false, sqsManagedSseEnabled: true, kmsMasterKeyId: undefined },
};
const lambda: Expectation = {
  type: "lambda/function:Function",
  inputs: { runtime: "nodejs24.x", architectures: ["arm64"], vpcConfig: undefined },
};
const code: Expectation = { type: "s3/bucketObjectv2:BucketObjectv2", inputs: { bucket: "sst-asset", acl: undefined } };
/** Alarms cannot publish to a topic under `alias/aws/sns`. */
const topic: Expectation = { type: "sns/topic:Topic", inputs: { fifoTopic: false, kmsMasterKeyId: "TopicKey" } };
const query: Expectation = { type: "cloudwatch/queryDefinition:QueryDefinition" };
const instanceProfile: Expectation = { type: "iam/instanceProfile:InstanceProfile" };

/** Each alarm states how it treats missing data. */
function alarm(treatMissingData: string): Expectation {
  const actionsEnabled = undefined;
  return { type: "cloudwatch/metricAlarm:MetricAlarm", inputs: { treatMissingData, actionsEnabled } };
}

function role(service: string): Expectation {
  return {
    type: "iam/role:Role",
    trusts: `${service}.amazonaws.com`,
    inputs: { managedPolicyArns: undefined, maxSessionDuration: undefined },
  };
}

/** The resources of every deployment, by their names in the program. */
export const expected: Readonly<Record<string, Expectation>> = {
  ApiCode: code,
  ApiFunction: { ...lambda, inputs: { ...lambda.inputs, timeout: 60, reservedConcurrentExecutions: 5 } },
  ApiLogs: logs,
  ApiRole: role("lambda"),
  ApiUrl: { type: "lambda/functionUrl:FunctionUrl", inputs: { authorizationType: "AWS_IAM", cors: undefined } },
  ArtifactsBucket: { type: "s3/bucket:Bucket", inputs: { acl: undefined, policy: undefined, forceDestroy: false } },
  ArtifactsEncryption: {
    type: "s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    inputs: { rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] },
  },
  ArtifactsLifecycle: { type: "s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration" },
  ArtifactsPolicy: { type: "s3/bucketPolicy:BucketPolicy", guards: true },
  ArtifactsPublicAccessBlock: {
    type: "s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    inputs: { blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
  },
  ArtifactsVersioning: {
    type: "s3/bucketVersioning:BucketVersioning",
    inputs: { versioningConfiguration: { status: "Enabled" } },
  },
  BaseAmis: schedule,
  BuildEnded: rule,
  BuildEndedTarget: target,
  BuildLogs: logs,
  BuildRole: role("codebuild"),
  Builds: {
    type: "codebuild/project:Project",
    inputs: { artifacts: { type: "NO_ARTIFACTS" }, badgeEnabled: undefined, projectVisibility: undefined },
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
  // SST creates it for the values that functions are linked to. The functions here are linked to none.
  LambdaEncryptionKey: { type: "random:index/randomBytes:RandomBytes", inputs: { length: 32 } },
  LeftoversAlarm: alarm("notBreaching"),
  NotificationsPolicy: { type: "sns/topicPolicy:TopicPolicy", guards: true },
  NotificationsTopic: topic,
  OperationsPolicy: { type: "sns/topicPolicy:TopicPolicy", guards: true },
  OperationsTopic: topic,
  PatchTuesday: schedule,
  PausedAlarm: alarm("notBreaching"),
  QueueOldAlarm: alarm("notBreaching"),
  QuietAlarm: alarm("breaching"),
  RecipeSource: { type: "s3/bucketObjectv2:BucketObjectv2", inputs: { acl: undefined } },
  ReconcileCode: code,
  ReconcileFailingAlarm: alarm("notBreaching"),
  ReconcileFunction: { ...lambda, inputs: { ...lambda.inputs, timeout: 300, reservedConcurrentExecutions: 1 } },
  ReconcileLogs: logs,
  ReconcileRole: role("lambda"),
  ReconcileTriggers: {
    type: "lambda/eventSourceMapping:EventSourceMapping",
    inputs: { scalingConfig: { maximumConcurrency: 2 } },
  },
  SchedulerRole: role("scheduler"),
  StaleAlarm: alarm("notBreaching"),
  StuckAlarm: alarm("notBreaching"),
  UnrecordedAlarm: alarm("notBreaching"),
  TopicKey: { type: "kms/key:Key", inputs: { enableKeyRotation: true, policy: undefined, isEnabled: undefined } },
  TopicKeyPolicy: { type: "kms/keyPolicy:KeyPolicy", inputs: { keyId: "TopicKey" } },
  TriggersPolicy: { type: "sqs/queuePolicy:QueuePolicy", guards: true },
  TriggersQueue: queue,
  WhatBecame: query,
  WhatFailed: query,
  WhoAsked: query,
  WhyBuilt: query,
  WhyNotBuilt: query,
};

/** The additional resources of a deployment in the user's VPC. */
export const expectedInVpc: Readonly<Record<string, Expectation>> = {
  CodeBuildSecurityGroup: { type: "ec2/securityGroup:SecurityGroup", inputs: { ingress: undefined } },
  InstanceSecurityGroup: {
    type: "ec2/securityGroup:SecurityGroup",
    inputs: {
      ingress: [{ protocol: "tcp", fromPort: 5986, toPort: 5986, securityGroups: ["CodeBuildSecurityGroup"] }],
    },
  },
};

const policy: Expectation = { type: "iam/policy:Policy" };

/** What differs in a deployment with Fast Launch from a template of the user's. */
export function expectedWithFastLaunch(arnOf: (policy: string) => unknown): Readonly<Record<string, Expectation>> {
  const having = (policies: string[]): Expectation => ({
    ...role("lambda"),
    inputs: { ...role("lambda").inputs, managedPolicyArns: policies.map(arnOf) },
  });
  return {
    ApiRole: having(["FastLaunchObserved1"]),
    FastLaunchAlarm: alarm("notBreaching"),
    FastLaunchChanged: rule,
    FastLaunchChangedTarget: target,
    FastLaunchObserved1: policy,
    FastLaunchReconciled1: policy,
    FastLaunchRole: { type: "iam/role:Role", inputs: { managedPolicyArns: undefined, maxSessionDuration: undefined } },
    ReconcileRole: having(["FastLaunchObserved1", "FastLaunchReconciled1"]),
  };
}

/**
 * What differs in a deployment with fleets that are rolled. Who can assume the role is tested apart.
 * @param arnOf gives the ARN of a managed policy
 */
export function expectedWithFleets(arnOf: (policy: string) => unknown): Readonly<Record<string, Expectation>> {
  const having = (role: Expectation, policies: string[]): Expectation => ({
    ...role,
    inputs: { ...role.inputs, managedPolicyArns: policies.map(arnOf) },
  });
  const observed = ["FleetsObserved1", "FleetsObserved2"];
  const reconciled = ["FleetsReconciled1", "FleetsReconciled2"];
  return {
    ApiRole: having(role("lambda"), [...observed, "FleetsOrdered1"]),
    FleetsAlarm: alarm("notBreaching"),
    FleetsObserved1: policy,
    FleetsObserved2: policy,
    FleetsOrdered1: policy,
    FleetsReconciled1: policy,
    FleetsReconciled2: policy,
    FleetsRole: having({ type: "iam/role:Role", inputs: { maxSessionDuration: undefined } }, ["FleetsRolled1"]),
    FleetsRolled1: policy,
    NodesOldAlarm: alarm("notBreaching"),
    ReconcileRole: having(role("lambda"), [...observed, ...reconciled]),
  };
}

/** Resources that differ from the expectations, are missing or are not expected, each with its name. */
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
      if (!expectation) return [`${resource.name} (${resource.type}) is not expected`];
      return differencesOf(resource, expectation).map((difference) => `${resource.name} ${difference}`);
    }),
  ];
}

function differencesOf(
  { type, inputs }: CreatedResource,
  { type: wanted, inputs: wantedInputs = {}, trusts, guards }: Expectation,
) {
  if (type.replace(/^aws:/, "") !== wanted) return [`is ${type}, not ${wanted}`];
  const different = Object.entries(wantedInputs).flatMap(([field, value]) =>
    isDeepStrictEqual(inputs[field], value) || (value === undefined && isEmpty(inputs[field]))
      ? []
      : [`has ${field} ${JSON.stringify(inputs[field])}, not ${JSON.stringify(value)}`],
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
    ...(withoutTls.length === 1 ? [] : ["allows calls without TLS"]),
    ...anybody.map(({ Action }) => `allows ${list(Action).join()} on behalf of any account`),
  ];
}
