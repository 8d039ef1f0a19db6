import { buildVariables } from "../../../functions/config/build-variables.ts";
import type { Call } from "../../../local/policies/requests.ts";
import type { Request } from "../../../local/policies/verdict.ts";

/**
 * A denied action, with the most similar action that is allowed (to the same role or to another): the denial then has
 * the right reason.
 */
export interface Denial {
  what: string;
  denied: Ask;
  allowed: Ask;
  /** The partitions in which it applies; by default all. */
  partitions?: string[];
}

/**
 * A call, or a request for which the service makes no call. `<Name>` stands for the resource of this name in the
 * program. `where` names a deployment of `deployments.ts`.
 */
export type Ask = { as: Role; where?: "usual" | "everything" | "inVpc" | "withFleets" | "withFastLaunch" } & (
  | Call
  | Request
);

export type Role =
  | "ApiRole"
  | "BuildRole"
  | "FastLaunchRole"
  | "FleetsRole"
  | "GuestRole"
  | "HarvestRole"
  | "ReconcileRole"
  | "SchedulerRole";

type Tags = Record<string, string>;

const stage = "eks-windows-images:stage";
/** The tags of resources of the judged stage, and of another stage. */
export const ours: Tags = { [stage]: "production" };
export const theirs: Tags = { [stage]: "test" };

export const image = "ami-00000001";
export const snapshot = "snap-00000001";
export const instance = "i-00000001";
export const volume = "vol-00000001";
export const group = "sg-00000001";
/** A call to EC2 on one resource that has these tags. */
export function ec2(as: Role, operation: string, parameters: Record<string, unknown>, tags: Tags = {}): Ask {
  const [id] = Object.values(parameters)
    .flat()
    .filter((value) => typeof value === "string");
  return { as, service: "ec2", operation, parameters, tags: { [String(id)]: tags } };
}

/** A call to EC2 that sets or deletes tags, on a resource that has the tags `current`. */
export function tagging(as: Role, operation: "CreateTags" | "DeleteTags", given: Tags, current: Tags, id = image): Ask {
  const Tags = Object.entries(given).map(([Key, Value]) => ({ Key, Value }));
  return { as, service: "ec2", operation, parameters: { Resources: [id], Tags }, tags: { [id]: current } };
}

/** The tags that a creating call sets on one type of resource. */
export function specification(ResourceType: string, tags: Tags): Record<string, unknown> {
  return { ResourceType, Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
}

export function s3(as: Role, operation: string, key: string, Bucket = "<ArtifactsBucket>"): Ask {
  return { as, service: "s3", operation, parameters: { Bucket, Key: key }, tags: {} };
}

export function listing(as: Role, prefix?: string): Ask {
  const parameters = { Bucket: "<ArtifactsBucket>", ...(prefix !== undefined && { Prefix: prefix }) };
  return { as, service: "s3", operation: "ListObjectsV2", parameters, tags: {} };
}

export function ssm(as: Role, operation: string, Name: string): Ask {
  return { as, service: "ssm", operation, parameters: { Name }, tags: {} };
}

export function reading(as: Role, Path: string): Ask {
  return { as, service: "ssm", operation: "GetParametersByPath", parameters: { Path }, tags: {} };
}

export function sqs(as: Role, operation: string, queue: string): Ask {
  return { as, service: "sqs", operation, parameters: { QueueUrl: queue }, tags: {} };
}

export function sns(as: Role, TopicArn: string): Ask {
  return { as, service: "sns", operation: "Publish", parameters: { TopicArn }, tags: {} };
}

/** A call of StartBuild as reconcile makes it, with changes. */
export function startBuild(as: Role, changes: Record<string, unknown> = {}): Ask {
  const parameters = {
    projectName: "<Builds>",
    idempotencyToken: "token",
    environmentVariablesOverride: buildVariables.map((name) => ({ name, value: "" })),
    ...changes,
  };
  return { as, service: "codebuild", operation: "StartBuild", parameters, tags: {} };
}

export function codebuild(as: Role, operation: string, parameters: Record<string, unknown>): Ask {
  return { as, service: "codebuild", operation, parameters, tags: {} };
}
