import type { Call } from "../../../local/policies/requests.ts";
import type { Request } from "../../../local/policies/verdict.ts";

/** One thing that a role must not do, and the nearest thing that it (or the role named there) may: so a denial is for the right reason. */
export interface Denial {
  what: string;
  denied: Ask;
  allowed: Ask;
  /** Where it holds; everywhere if there are none. */
  partitions?: string[];
}

/**
 * A call, or a request where no call of ours is like it. `<Name>` in it stands for the resource of that name in the program. `everything` is a
 * deployment with all that the configuration can allow, `inVpc` one in a VPC of the user's.
 */
export type Ask = { as: Role; where?: "usual" | "everything" | "inVpc" } & (Call | Request);

export type Role = "ApiRole" | "BuildRole" | "GuestRole" | "HarvestRole" | "ReconcileRole" | "SchedulerRole";

type Tags = Record<string, string>;

const stage = "eks-windows-images:stage";
/** What images, instances and so on of the judged stage bear, and those of another. */
export const ours: Tags = { [stage]: "production" };
export const theirs: Tags = { [stage]: "test" };

export const image = "ami-00000001";
export const snapshot = "snap-00000001";
export const instance = "i-00000001";
export const volume = "vol-00000001";
export const group = "sg-00000001";
/** The one subnet of {@link Ask}'s VPC, and the key for volumes where everything is configured. */
export const subnet = "subnet-0123456789abcdef0";
export const volumeKey = "arn:aws:kms:us-east-1:123456789012:key/0123abcd-0123-4567-89ab-0123456789ab";

/** A call of EC2 on one resource that bears these tags. */
export function ec2(as: Role, operation: string, parameters: Record<string, unknown>, tags: Tags = {}): Ask {
  const [id] = Object.values(parameters)
    .flat()
    .filter((value) => typeof value === "string");
  return { as, service: "ec2", operation, parameters, tags: { [String(id)]: tags } };
}

/** A call of EC2 that gives tags, by their keys with prefix. */
export function tagging(as: Role, operation: "CreateTags" | "DeleteTags", given: Tags, borne: Tags, id = image): Ask {
  const Tags = Object.entries(given).map(([Key, Value]) => ({ Key, Value }));
  return { as, service: "ec2", operation, parameters: { Resources: [id], Tags }, tags: { [id]: borne } };
}

/** What something is made with: tags for a kind of resource. */
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

/** An order as reconcile places it, with what else the call says. */
export function startBuild(as: Role, changes: Record<string, unknown> = {}): Ask {
  const names = [
    "PURPOSE",
    "VARIANT",
    "INPUTS",
    "RECIPE",
    "ATTEMPT",
    "TOKEN",
    "REASONS",
    "IMAGE_ID",
    "PACKER_VARIABLES",
  ];
  const parameters = {
    projectName: "<Builds>",
    idempotencyToken: "token",
    environmentVariablesOverride: names.map((name) => ({ name, value: "" })),
    ...changes,
  };
  return { as, service: "codebuild", operation: "StartBuild", parameters, tags: {} };
}

export function codebuild(as: Role, operation: string, parameters: Record<string, unknown>): Ask {
  return { as, service: "codebuild", operation, parameters, tags: {} };
}
