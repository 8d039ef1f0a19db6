import { expect, test } from "vitest";
import type { RecordedCall } from "../../local/aws/emulator.ts";
import { unpermittedCalls } from "../../local/deploy/unpermitted-calls.ts";

/** A deployment whose only role is "worker", with these statements. */
function deploymentWith(...statements: object[]) {
  const policy = JSON.stringify({ Version: "2012-10-17", Statement: statements });
  const inputs = { name: "worker", assumeRolePolicy: "{}", inlinePolicies: [{ name: "inline", policy }] };
  return { resources: [{ type: "aws:iam/role:Role", name: "WorkerRole", id: "worker", inputs, state: {} }] };
}

function allowing(...actions: string[]) {
  return deploymentWith({ Effect: "Allow", Action: actions, Resource: "*" });
}

function call(service: string, operation: string, more: Partial<RecordedCall> = {}): RecordedCall {
  const at = { time: "2026-11-10T19:00:00.000Z", accessKeyId: "ASIAWORKER", status: 200, error: null };
  return { ...at, service, operation, parameters: {}, role: "worker", ...more };
}

test("what a statement allows raises no complaint", () => {
  const deployment = deploymentWith(
    { Sid: "One", Effect: "Allow", Action: "ec2:StopInstances", Resource: "*", Condition: { StringEquals: {} } },
    { Effect: "Allow", Action: ["sqs:ReceiveMessage", "sqs:DeleteMessage"], Resource: "arn:aws:sqs:us-east-1:1:queue" },
  );

  const complaints = unpermittedCalls([call("ec2", "StopInstances"), call("sqs", "DeleteMessage")], deployment);

  expect(complaints).toEqual([]);
});

test("a call that no statement allows is told once, with its role, even if it failed", () => {
  const calls = [
    call("ec2", "StopInstances"),
    call("ec2", "StopInstances", { status: 400, error: "IncorrectInstanceState" }),
  ];

  const complaints = unpermittedCalls(calls, allowing("ec2:StartInstances"));

  expect(complaints).toEqual(["role worker called ec2:StopInstances, which no statement of its policies allows"]);
});

test.each([
  ["s3", "ListObjectsV2", "s3:ListBucket"],
  ["s3", "HeadBucket", "s3:ListBucket"],
  ["s3", "HeadObject", "s3:GetObject"],
  ["s3", "UploadPart", "s3:PutObject"],
  ["sqs", "DeleteMessageBatch", "sqs:DeleteMessage"],
  ["lambda", "Invoke", "lambda:InvokeFunction"],
  ["monitoring", "PutMetricData", "cloudwatch:PutMetricData"],
])("%s's %s is allowed by %s and by nothing else", (service, operation, action) => {
  const permitted = unpermittedCalls([call(service, operation)], allowing(action));
  const denied = unpermittedCalls([call(service, operation)], allowing(`${service}:Other`));

  expect(permitted).toEqual([]);
  expect(denied).toEqual([
    `role worker called ${service}:${operation}, which needs ${action}, and that no statement of its policies allows`,
  ]);
});

test.each([
  [
    "an instance with tags",
    call("ec2", "RunInstances", { parameters: { TagSpecifications: [{ ResourceType: "instance" }] } }),
    "ec2:CreateTags",
  ],
  [
    "an instance with a profile",
    call("ec2", "RunInstances", { parameters: { IamInstanceProfile: { Name: "guest" } } }),
    "iam:PassRole",
  ],
  [
    "a parameter that holds an image",
    call("ssm", "PutParameter", { parameters: { DataType: "aws:ec2:image" } }),
    "ec2:DescribeImages",
  ],
])("%s takes a permission more", (_, made, more) => {
  const own = `${made.service}:${made.operation}`;

  expect(unpermittedCalls([made], allowing(own, more))).toEqual([]);
  expect(unpermittedCalls([made], allowing(own))).toEqual([
    `role worker called ${own}, which needs ${more}, and that no statement of its policies allows`,
  ]);
});

test.each([
  ["an instance without tags", call("ec2", "RunInstances", { parameters: { TagSpecifications: [] } })],
  ["an instance without a profile", call("ec2", "RunInstances", { parameters: { IamInstanceProfile: { Name: "" } } })],
  ["a parameter that holds text", call("ssm", "PutParameter", { parameters: { DataType: "text" } })],
])("%s takes none", (_, made) => {
  const complaints = unpermittedCalls([made], allowing("ec2:RunInstances", "ssm:PutParameter"));

  expect(complaints).toEqual([]);
});

test("patterns are read as IAM reads them", () => {
  const calls = [call("s3", "GetBucketLocation"), call("ec2", "CreateTags"), call("ec2", "DeleteTags")];

  const complaints = unpermittedCalls(calls, allowing("S3:Get*", "ec2:?reateTags"));

  expect(complaints).toEqual(["role worker called ec2:DeleteTags, which no statement of its policies allows"]);
});

test("what a statement denies is not allowed by it", () => {
  const deployment = deploymentWith({ Effect: "Deny", Action: "sqs:*", Resource: "*" });

  const complaints = unpermittedCalls([call("sqs", "SendMessage")], deployment);

  expect(complaints).toHaveLength(1);
});

test("everybody may ask who they are, and the stack's own calls need no permission", () => {
  const calls = [call("sts", "GetCallerIdentity"), call("iam", "CreateRole", { role: null })];

  const complaints = unpermittedCalls(calls, allowing("s3:GetObject"));

  expect(complaints).toEqual([]);
});

test("a role that nobody deployed is told", () => {
  const complaints = unpermittedCalls([call("s3", "GetObject", { role: "stranger" })], allowing("s3:GetObject"));

  expect(complaints).toEqual(["a role that the deployment did not create, stranger, called s3:GetObject"]);
});

test("a role with a managed policy cannot be judged", () => {
  const deployment = allowing("s3:GetObject");
  Object.assign(deployment.resources[0]?.inputs ?? {}, {
    managedPolicyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
  });

  expect(() => unpermittedCalls([], deployment)).toThrow("no managed policy");
});
