import type { RecordedCall } from "../aws/emulator.ts";

type Call = Pick<RecordedCall, "service" | "operation" | "parameters">;

/** Services whose name in the signature is not the one in policies. */
const prefixes: Readonly<Record<string, string>> = { monitoring: "cloudwatch" };

/** Operations that are allowed by actions of another name (AWS, Service Authorization Reference). */
const otherActions: Readonly<Record<string, string>> = {
  "lambda:Invoke": "lambda:InvokeFunction",
  "s3:CompleteMultipartUpload": "s3:PutObject",
  "s3:CreateMultipartUpload": "s3:PutObject",
  "s3:DeleteObjects": "s3:DeleteObject",
  "s3:HeadBucket": "s3:ListBucket",
  "s3:HeadObject": "s3:GetObject",
  "s3:ListBuckets": "s3:ListAllMyBuckets",
  "s3:ListObjects": "s3:ListBucket",
  "s3:ListObjectsV2": "s3:ListBucket",
  "s3:ListObjectVersions": "s3:ListBucketVersions",
  "s3:UploadPart": "s3:PutObject",
  "sns:PublishBatch": "sns:Publish",
  "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
  "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
  "sqs:SendMessageBatch": "sqs:SendMessage",
};

/** Allowed to everybody, whatever policies say. */
const free = new Set(["sts:GetCallerIdentity"]);

/** The actions that a caller must be allowed for this call; what AWS asks for besides depends on the parameters. */
export function actionsOf({ service, operation, parameters }: Call): string[] {
  const action = `${prefixes[service] ?? service}:${operation}`;
  return [otherActions[action] ?? action, ...besides(action, parameters)].filter((one) => !free.has(one));
}

function besides(action: string, parameters: Call["parameters"]): string[] {
  if (action === "ssm:PutParameter") return parameters.DataType === "aws:ec2:image" ? ["ec2:DescribeImages"] : [];
  if (!action.startsWith("ec2:")) return [];
  return [
    ...(isGiven(parameters.TagSpecifications) ? ["ec2:CreateTags"] : []),
    ...(action === "ec2:DeregisterImage" && isTrue(parameters.DeleteAssociatedSnapshots) ? ["ec2:DeleteSnapshot"] : []),
    ...(action === "ec2:RunInstances" && isGiven(parameters.IamInstanceProfile) ? ["iam:PassRole"] : []),
  ];
}

/** Recorded from a query as text. */
function isTrue(value: unknown): boolean {
  return String(value) === "true";
}

function isGiven(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value === "object" && value !== null) return Object.values(value).some((field) => Boolean(field));
  return Boolean(value);
}
