import type { Clients } from "./clients.ts";
import type { DeclaredResource } from "./cloud.ts";
import {
  createBucket,
  createEncryption,
  createLifecycle,
  createPublicAccessBlock,
  createVersioning,
} from "./create/buckets.ts";
import { createProject } from "./create/builds.ts";
import { createFunction, createFunctionUrl, createPermission } from "./create/functions.ts";
import { createLaunchTemplate } from "./create/launch-templates.ts";
import { createLogGroup } from "./create/logs.ts";
import { createObject } from "./create/objects.ts";
import { createQueue, createQueuePolicy } from "./create/queues.ts";
import { createRandomBytes } from "./create/random.ts";
import { createInstanceProfile, createPolicy, createRole } from "./create/roles.ts";
import { createRule, createTarget } from "./create/rules.ts";
import { createSchedule } from "./create/schedules.ts";
import { createSecurityGroup } from "./create/security-groups.ts";
import { createSubscription, createTopic, createTopicPolicy } from "./create/topics.ts";
import type { Created, Creator } from "./creator.ts";
import { notCreated } from "./not-created.ts";

const creators: Readonly<Record<string, Creator>> = {
  "aws:cloudwatch/eventRule:EventRule": createRule,
  "aws:cloudwatch/eventTarget:EventTarget": createTarget,
  "aws:cloudwatch/logGroup:LogGroup": createLogGroup,
  "aws:codebuild/project:Project": createProject,
  "aws:ec2/launchTemplate:LaunchTemplate": createLaunchTemplate,
  "aws:ec2/securityGroup:SecurityGroup": createSecurityGroup,
  "aws:iam/instanceProfile:InstanceProfile": createInstanceProfile,
  "aws:iam/policy:Policy": createPolicy,
  "aws:iam/role:Role": createRole,
  "aws:lambda/function:Function": createFunction,
  "aws:lambda/functionUrl:FunctionUrl": createFunctionUrl,
  "aws:lambda/permission:Permission": createPermission,
  "aws:s3/bucket:Bucket": createBucket,
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": createLifecycle,
  "aws:s3/bucketObjectv2:BucketObjectv2": createObject,
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": createPublicAccessBlock,
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": createEncryption,
  "aws:s3/bucketVersioning:BucketVersioning": createVersioning,
  "aws:scheduler/schedule:Schedule": createSchedule,
  "aws:sns/topic:Topic": createTopic,
  "aws:sns/topicPolicy:TopicPolicy": createTopicPolicy,
  "aws:sns/topicSubscription:TopicSubscription": createSubscription,
  "aws:sqs/queue:Queue": createQueue,
  "aws:sqs/queuePolicy:QueuePolicy": createQueuePolicy,
  "random:index/randomBytes:RandomBytes": createRandomBytes,
};

/** @throws Error for a type that is neither created here nor listed in not-created.ts */
export async function createResource({ type, name, inputs }: DeclaredResource, clients: Clients): Promise<Created> {
  if (notCreated[type]) return { id: name };
  const create = creators[type];
  if (!create)
    throw new Error(
      "this type has no creator; add one in local/deploy/create/, or a reason in local/deploy/not-created.ts",
    );
  return create(inputs, clients);
}
