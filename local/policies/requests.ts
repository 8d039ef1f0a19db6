import type { RecordedCall } from "../aws/emulator.ts";
import { type Place, parameterArn, queueArn } from "./arns.ts";
import { codeBuildRequests } from "./codebuild-requests.ts";
import { ec2Requests, requestTags, TagList } from "./ec2-requests.ts";
import type { Request } from "./verdict.ts";

export type Call = Pick<RecordedCall, "service" | "operation" | "parameters" | "tags">;

/** What is known of an account besides the call. */
export interface Account extends Place {
  /** ARN of the role in an instance profile, by the profile's name. */
  roleOfProfile(name: string): string;
  /** ARN of the key that a topic is encrypted with. */
  keyOfTopic(arn: string): string | undefined;
}

type Parameters = Record<string, unknown>;

/** Allowed to everybody, whatever policies say. */
const free = new Set(["sts:GetCallerIdentity"]);

/** Operations that are allowed by actions of another name (Service Authorization Reference). */
const otherActions: Readonly<Record<string, string>> = {
  "s3:CompleteMultipartUpload": "s3:PutObject",
  "s3:CreateMultipartUpload": "s3:PutObject",
  "s3:HeadBucket": "s3:ListBucket",
  "s3:HeadObject": "s3:GetObject",
  "s3:ListObjectsV2": "s3:ListBucket",
  "s3:UploadPart": "s3:PutObject",
  "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
  "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
  "sqs:SendMessageBatch": "sqs:SendMessage",
};

/**
 * Everything that a caller must be allowed for this call.
 * @throws Error for a service or an operation that is not known here: what is not understood must not pass
 */
export function requestsOf(call: Call, account: Account): Request[] {
  const { service, operation, parameters } = call;
  if (free.has(`${service}:${operation}`)) return [];
  if (service === "ec2") return [...ec2Requests(call, account), ...passedRole(call, account)];
  if (service === "codebuild") return codeBuildRequests(operation, parameters, account);
  const resources = resourcesOf(service, operation, parameters, account);
  const called = `${service}:${operation}`;
  const action = otherActions[called] ?? called;
  return [
    ...resources.map((resource) => ({ action, resource, context: contextOf(service, parameters) })),
    // Parameter Store looks the image up with the writer's permissions (Systems Manager user guide, "aws:ec2:image").
    ...(called === "ssm:PutParameter" && parameters.DataType === "aws:ec2:image"
      ? [{ action: "ec2:DescribeImages", resource: "*", context: {} }]
      : []),
    ...(called === "ssm:PutParameter" ? taggingParameter(parameters, account) : []),
    ...(called === "sns:Publish" ? encrypting(text(parameters.TopicArn), account) : []),
  ];
}

/** A new parameter's tags take a permission of their own (CloudFormation template reference, AWS::SSM::Parameter). */
function taggingParameter({ Name, Tags }: Parameters, account: Account): Request[] {
  const given = TagList.parse(Tags);
  if (given.length === 0) return [];
  const resource = parameterArn(account, text(Name));
  return [{ action: "ssm:AddTagsToResource", resource, context: requestTags(given) }];
}

/** SNS asks for the key of an encrypted topic in the publisher's name (SNS developer guide, "Key management"). */
function encrypting(topic: string, { keyOfTopic }: Account): Request[] {
  const resource = keyOfTopic(topic);
  if (resource === undefined) return [];
  const context = { "kms:encryptioncontext:aws:sns:topicarn": [topic] };
  return ["kms:GenerateDataKey", "kms:Decrypt"].map((action) => ({ action, resource, context }));
}

function resourcesOf(service: string, operation: string, parameters: Parameters, account: Account): string[] {
  switch (service) {
    case "eks":
      // AWS scopes none of those that are called here.
      return ["*"];
    case "iam":
      return [
        `arn:${account.partition}:iam::${account.accountId}:instance-profile/${text(parameters.InstanceProfileName)}`,
      ];
    case "s3": {
      const bucket = `arn:${account.partition}:s3:::${text(parameters.Bucket)}`;
      return [parameters.Key === undefined ? bucket : `${bucket}/${text(parameters.Key)}`];
    }
    case "sns":
      return [text(parameters.TopicArn)];
    case "sqs":
      return [queueArn(account, text(parameters.QueueUrl))];
    case "ssm":
      return namesOf(parameters).map((name) => parameterArn(account, name));
    default:
      throw new Error(`judging a call: ${service}:${operation} is not known here`);
  }
}

function namesOf({ Name, Names, Path, ResourceId }: Parameters): string[] {
  return [Name, Path, ResourceId, ...(Array.isArray(Names) ? Names : [])]
    .filter((name) => name !== undefined)
    .map(text);
}

function contextOf(service: string, { Prefix }: Parameters): Request["context"] {
  return service === "s3" && typeof Prefix === "string" ? { "s3:prefix": [Prefix] } : {};
}

/** Who starts an instance with a profile hands its role to EC2. */
function passedRole({ operation, parameters }: Call, account: Account): Request[] {
  const { Name } = (parameters.IamInstanceProfile ?? {}) as { Name?: string };
  if (operation !== "RunInstances" || !Name) return [];
  return [
    {
      action: "iam:PassRole",
      resource: account.roleOfProfile(Name),
      context: { "iam:passedtoservice": ["ec2.amazonaws.com"] },
    },
  ];
}

function text(value: unknown): string {
  if (typeof value !== "string" || value === "")
    throw new Error(`judging a call: ${JSON.stringify(value)} names nothing`);
  return value;
}
