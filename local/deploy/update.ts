import { isEqual, omit, pick } from "es-toolkit";
import type { Clients } from "./clients.ts";
import type { CreatedResource, DeclaredResource } from "./cloud.ts";
import { createEncryption, createLifecycle, createPublicAccessBlock, createVersioning } from "./create/buckets.ts";
import { updateProject } from "./create/builds.ts";
import { removePermission, updateFunction } from "./create/functions.ts";
import { updateLogGroup } from "./create/logs.ts";
import { createObject } from "./create/objects.ts";
import { createQueuePolicy, updateQueue } from "./create/queues.ts";
import { updatePolicy, updateRole } from "./create/roles.ts";
import { createRule, createTarget } from "./create/rules.ts";
import { updateSchedule } from "./create/schedules.ts";
import { createTopicPolicy, removeSubscription } from "./create/topics.ts";
import { createResource } from "./create.ts";
import type { Created, Remover, Updater } from "./creator.ts";
import { notCreated } from "./not-created.ts";

/** Types that change in place. For some, AWS has one call that creates and changes. */
const updaters: Readonly<Record<string, Updater>> = {
  "aws:cloudwatch/eventRule:EventRule": createRule,
  "aws:cloudwatch/eventTarget:EventTarget": createTarget,
  "aws:cloudwatch/logGroup:LogGroup": updateLogGroup,
  "aws:codebuild/project:Project": updateProject,
  "aws:iam/policy:Policy": updatePolicy,
  "aws:iam/role:Role": updateRole,
  "aws:lambda/function:Function": updateFunction,
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": createLifecycle,
  "aws:s3/bucketObjectv2:BucketObjectv2": createObject,
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": createPublicAccessBlock,
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": createEncryption,
  "aws:s3/bucketVersioning:BucketVersioning": createVersioning,
  "aws:scheduler/schedule:Schedule": updateSchedule,
  "aws:sns/topicPolicy:TopicPolicy": createTopicPolicy,
  "aws:sqs/queue:Queue": updateQueue,
  "aws:sqs/queuePolicy:QueuePolicy": createQueuePolicy,
};

/** Types that go when the program no longer declares them. What is not listed stays, and does nothing by itself. */
const removers: Readonly<Record<string, Remover>> = {
  "aws:lambda/permission:Permission": removePermission,
  "aws:sns/topicSubscription:TopicSubscription": removeSubscription,
};

/** What a deployment did to a resource. */
export interface Change {
  how: "created" | "changed" | "removed";
  /** Its logical name in the program. */
  name: string;
}

/**
 * Deploys a resource as it differs from an earlier deployment: leaves it, changes it, replaces it or creates it.
 * @returns with all of its state, and without `how` if it is as it was
 * @throws Error for a type that can be neither changed nor replaced
 */
export async function updateResource(
  resource: DeclaredResource,
  earlier: CreatedResource | undefined,
  clients: Clients,
): Promise<CreatedResource & { how?: Change["how"] }> {
  if (!earlier) return { ...whole(resource, await createResource(resource, clients)), how: "created" };
  const inputs = { ...resource.inputs, ...pick(earlier.inputs, resource.ignoreChanges ?? []) };
  const wanted = { ...resource, inputs };
  const { type } = wanted;
  const outputs = omit(earlier.state, Object.keys(earlier.inputs));
  if (notCreated[type] || isSame(wanted, earlier)) return whole(wanted, { id: earlier.id, state: outputs });
  const update = updaters[type];
  if (update) {
    const { state } = await update(inputs, clients, earlier);
    return { ...whole(wanted, { id: earlier.id, state: { ...outputs, ...state } }), how: "changed" };
  }
  const remove = removers[type];
  if (!remove) throw new Error("a running stack cannot change resources of this type; start it anew");
  await remove(earlier, clients);
  return { ...whole(wanted, await createResource(wanted, clients)), how: "changed" };
}

function whole(resource: DeclaredResource, { id, state }: Created): CreatedResource {
  return { ...resource, id, state: { ...resource.inputs, ...state } };
}

/**
 * Removes a resource that the program no longer declares.
 * @returns false if it stays in the account
 */
export async function removeResource(resource: CreatedResource, clients: Clients): Promise<boolean> {
  const remove = removers[resource.type];
  if (!remove || resource.retainOnDelete) return false;
  await remove(resource, clients);
  return true;
}

export function isSameResource(one: DeclaredResource, other: DeclaredResource): boolean {
  return one.type === other.type && one.name === other.name;
}

/** The key of each object has the hash of its content; the path of an archive differs from deployment to deployment. */
function isSame({ type, inputs }: DeclaredResource, { inputs: before }: CreatedResource): boolean {
  if (type !== "aws:s3/bucketObjectv2:BucketObjectv2") return isEqual(inputs, before);
  return isEqual(omit(inputs, ["source"]), omit(before, ["source"]));
}
