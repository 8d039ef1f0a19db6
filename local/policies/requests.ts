import type { RecordedCall } from "../aws/emulator.ts";
import type { Place } from "../deploy/look-ups.ts";
import { parameterArn, queueArn } from "./arns.ts";
import { codeBuildRequests } from "./codebuild-requests.ts";
import { ec2Requests } from "./ec2-requests.ts";
import { requestTags, TagList } from "./ec2-resources.ts";
import { fastLaunching, startingForFastLaunch } from "./fast-launch-requests.ts";
import { autoScalingRequests, eksRequests, usingTemplate } from "./group-requests.ts";
import type { Request } from "./verdict.ts";

export type Call = Pick<RecordedCall, "service" | "operation" | "parameters" | "tags" | "profiles" | "owners"> &
  Partial<Pick<RecordedCall, "account" | "region">>;

/** The properties about an account that a call does not contain. */
export interface Account extends Place {
  /** The ARN of the role in the instance profile with this name. Profiles of others have roles of the same name. */
  roleOfProfile(name: string): string;
  /** The ARN of the key that encrypts a topic. */
  keyOfTopic(arn: string): string | undefined;
}

type Parameters = Record<string, unknown>;

/** Operations that need no permission. */
const free = new Set(["sts:GetCallerIdentity"]);

/** Operations whose action has another name (Service Authorization Reference). */
const otherActions: Readonly<Record<string, string>> = {
  "monitoring:DescribeAlarms": "cloudwatch:DescribeAlarms",
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
 * As {@link requestsOf}, in the account and Region that the call went to, with what IAM knows of these.
 * @param home where the program is deployed
 */
export function requestsThere(call: Call, home: Account): Request[] {
  const owners = call.owners ?? {};
  const region = call.region ?? home.region;
  return requestsOf(call, { ...home, accountId: call.account ?? home.accountId, region }).map((request) => {
    const owner = owners[request.resource.split("/").at(-1) ?? ""];
    const known = { "aws:requestedregion": [region], ...(owner !== undefined && { "ec2:owner": [owner] }) };
    return { ...request, context: { ...request.context, ...known } };
  });
}

/**
 * All requests that policies must allow for a call to succeed.
 * @throws Error for an unknown service or operation: ignoring it could hide a denied call
 */
export function requestsOf(call: Call, account: Account): Request[] {
  const { service, operation, parameters } = call;
  if (free.has(`${service}:${operation}`)) return [];
  if (service === "ec2" && operation === "EnableFastLaunch")
    return [
      ...ec2Requests(call, account),
      ...fastLaunching(call, account),
      ...requestsOf(startingForFastLaunch(call), account),
    ];
  if (service === "ec2") return [...ec2Requests(call, account), ...passedRole(call, account)];
  if (service === "codebuild") return codeBuildRequests(operation, parameters, account);
  if (service === "eks" || service === "autoscaling") {
    const { requests, template } =
      service === "eks"
        ? eksRequests(operation, parameters, account)
        : autoScalingRequests(operation, parameters, account);
    const starting = template === undefined ? [] : requestsOf(usingTemplate(template, call), account);
    return [...requests, ...starting];
  }
  const resources = resourcesOf(service, operation, parameters, account);
  const called = `${service}:${operation}`;
  const action = ofVersion(otherActions[called] ?? called, parameters);
  return [
    ...resources.map((resource) => ({ action, resource, context: contextOf(service, parameters) })),
    // Parameter Store describes the image with the writer's permissions (Systems Manager user guide, "aws:ec2:image").
    ...(called === "ssm:PutParameter" && parameters.DataType === "aws:ec2:image"
      ? [{ action: "ec2:DescribeImages", resource: "*", context: {} }]
      : []),
    ...(called === "ssm:PutParameter" ? taggingParameter(parameters, account) : []),
    ...(called === "sns:Publish" ? encrypting(text(parameters.TopicArn), account) : []),
  ];
}

/** A version that the call names needs another permission (S3 API reference, GetObject). */
function ofVersion(action: string, { VersionId }: Parameters): string {
  return VersionId !== undefined && action === "s3:GetObject" ? "s3:GetObjectVersion" : action;
}

/** Tags of a new parameter need a separate permission (CloudFormation template reference, AWS::SSM::Parameter). */
function taggingParameter({ Name, Tags }: Parameters, account: Account): Request[] {
  const given = TagList.parse(Tags);
  if (given.length === 0) return [];
  const resource = parameterArn(account, text(Name));
  return [{ action: "ssm:AddTagsToResource", resource, context: requestTags(given) }];
}

/** SNS uses the key of an encrypted topic on behalf of the publisher (SNS developer guide, "Key management"). */
function encrypting(topic: string, { keyOfTopic }: Account): Request[] {
  const resource = keyOfTopic(topic);
  if (resource === undefined) return [];
  const context = { "kms:encryptioncontext:aws:sns:topicarn": [topic] };
  return ["kms:GenerateDataKey", "kms:Decrypt"].map((action) => ({ action, resource, context }));
}

function resourcesOf(service: string, operation: string, parameters: Parameters, account: Account): string[] {
  switch (service) {
    case "iam":
      return [
        `arn:${account.partition}:iam::${account.accountId}:instance-profile/${text(parameters.InstanceProfileName)}`,
      ];
    case "monitoring":
      // CloudWatch tells of composite alarms only with a permission on `*` (API reference, DescribeAlarms).
      return ["*"];
    case "s3": {
      const bucket = `arn:${account.partition}:s3:::${text(parameters.Bucket)}`;
      return [parameters.Key === undefined ? bucket : `${bucket}/${text(parameters.Key)}`];
    }
    case "sts":
      return [text(parameters.RoleArn)];
    case "sns":
      return [text(parameters.TopicArn)];
    case "sqs":
      return [queueArn(account, text(parameters.QueueUrl))];
    case "ssm":
      return namesOf(parameters).map((name) => parameterArn(account, name));
    default:
      throw new Error(`judging a call: ${service}:${operation} is unknown`);
  }
}

function namesOf({ Name, Names, Path, ResourceId }: Parameters): string[] {
  return [Name, Path, ResourceId, ...(Array.isArray(Names) ? Names : [])]
    .filter((name) => name !== undefined)
    .map(text);
}

function contextOf(service: string, { Prefix, ExternalId }: Parameters): Request["context"] {
  if (service === "sts") return typeof ExternalId === "string" ? { "sts:externalid": [ExternalId] } : {};
  return service === "s3" && typeof Prefix === "string" ? { "s3:prefix": [Prefix] } : {};
}

/** A caller who starts an instance with a profile passes the profile's role to EC2. */
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
    throw new Error(`judging a call: ${JSON.stringify(value)} is not the name of a resource`);
  return value;
}
