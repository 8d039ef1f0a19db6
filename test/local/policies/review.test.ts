import { describe, expect, test } from "vitest";
import type { RecordedCall } from "../../../local/aws/emulator.ts";
import { reviewCalls } from "../../../local/policies/review.ts";

const place = { partition: "aws", region: "us-east-1", accountId: "123456789012" };
const queue = {
  type: "aws:sqs/queue:Queue",
  name: "Triggers",
  id: "q",
  inputs: {},
  state: { arn: "arn:aws:sqs:us-east-1:123456789012:q" },
};
const QueueUrl = "http://127.0.0.1:4000/123456789012/q";

/** A deployment with a queue, whose only role is "worker", with these statements. */
function deploymentWith(...statements: object[]) {
  const policy = JSON.stringify({ Version: "2012-10-17", Statement: statements });
  const inputs = { name: "worker", assumeRolePolicy: "{}", inlinePolicies: [{ name: "inline", policy }] };
  return [{ type: "aws:iam/role:Role", name: "WorkerRole", id: "worker", inputs, state: {} }, queue];
}

function call(service: string, operation: string, more: Partial<RecordedCall> = {}): RecordedCall {
  const at = { time: "2026-11-10T19:00:00.000Z", accessKeyId: "ASIAWORKER", status: 200, error: null };
  return { ...at, service, operation, parameters: {}, tags: {}, role: "worker", ...more };
}

const stop = call("ec2", "StopInstances", { parameters: { InstanceIds: ["i-1"] }, tags: { "i-1": { stage: "test" } } });
const receive = call("sqs", "ReceiveMessage", { parameters: { QueueUrl } });
const stopping = {
  Effect: "Allow",
  Action: "ec2:StopInstances",
  Resource: "arn:aws:ec2:us-east-1:123456789012:instance/*",
};
const receiving = { Effect: "Allow", Action: ["sqs:ReceiveMessage", "sqs:DeleteMessage"], Resource: queue.state.arn };

test("a review counts calls, actions and statements", () => {
  const review = reviewCalls([stop, receive, receive], deploymentWith(stopping, receiving), place);

  expect(review).toMatchObject({ calls: 3, actions: 2, statements: 2, denied: [] });
});

test("a denied call is reported once, with its role, even if it failed", () => {
  const failed = { ...stop, status: 400, error: "IncorrectInstanceState" };

  const { denied } = reviewCalls([stop, failed], deploymentWith(receiving), place);

  expect(denied).toEqual(["role worker called ec2:StopInstances: no statement allows ec2:StopInstances"]);
});

test("further actions that a call needs are judged too", () => {
  const parameters = { Name: "/ours/a", DataType: "aws:ec2:image" };
  const writing = { Effect: "Allow", Action: "ssm:PutParameter", Resource: "*" };

  const { denied } = reviewCalls([call("ssm", "PutParameter", { parameters })], deploymentWith(writing), place);

  expect(denied).toEqual(["role worker called ssm:PutParameter: no statement allows ec2:DescribeImages"]);
});

test("tags are judged as they were at the time of the call", () => {
  const Condition = { StringEquals: { "aws:ResourceTag/stage": "test" } };
  const deployment = deploymentWith({ ...stopping, Condition });

  expect(reviewCalls([stop], deployment, place).denied).toEqual([]);
  expect(reviewCalls([{ ...stop, tags: {} }], deployment, place).denied).toHaveLength(1);
});

test("a Deny statement overrides an Allow statement", () => {
  const { denied } = reviewCalls([stop], deploymentWith(stopping, { ...stopping, Effect: "Deny" }), place);

  expect(denied).toEqual(["role worker called ec2:StopInstances: a statement denies it"]);
});

test("GetCallerIdentity and the stack's own calls need no permission", () => {
  const calls = [call("sts", "GetCallerIdentity"), call("iam", "CreateRole", { role: null })];

  expect(reviewCalls(calls, deploymentWith(), place)).toMatchObject({ calls: 1, denied: [] });
});

test("a call by a role that is not deployed is reported", () => {
  const { denied } = reviewCalls([call("s3", "GetObject", { role: "stranger" })], deploymentWith(), place);

  expect(denied).toEqual(["a role that the deployment did not create, stranger, called s3:GetObject"]);
});

test("a managed policy of the program counts like an inline one", () => {
  const [role, ...others] = deploymentWith(receiving);
  const arn = "arn:aws:iam::123456789012:policy/more";
  const policy = JSON.stringify({ Version: "2012-10-17", Statement: [stopping] });
  const managed = {
    type: "aws:iam/policy:Policy",
    name: "More",
    id: arn,
    inputs: { name: "more", policy },
    state: { arn },
  };
  const attached = { ...queue, ...role, inputs: { ...role?.inputs, managedPolicyArns: [arn] } };

  const { denied, statements } = reviewCalls([stop, receive], [attached, managed, ...others], place);

  expect({ denied, statements }).toEqual({ denied: [], statements: 2 });
});

test("a role with a managed policy of others cannot be judged", () => {
  const [role, ...others] = deploymentWith();
  const managed = { ...role?.inputs, managedPolicyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"] };

  expect(() => reviewCalls([], [{ ...queue, ...role, inputs: managed }, ...others], place)).toThrow(
    "no managed policy",
  );
});

describe("a grant that no call needed", () => {
  test("is reported per action, with the resource's name in the program", () => {
    const { unused } = reviewCalls([receive], deploymentWith(stopping, receiving), place);

    expect(unused).toEqual([
      { role: "WorkerRole", action: "ec2:StopInstances", resources: ["instance/*"] },
      { role: "WorkerRole", action: "sqs:DeleteMessage", resources: ["Triggers"] },
    ]);
  });

  test("is never a Deny statement", () => {
    const { unused } = reviewCalls([], deploymentWith({ ...stopping, Effect: "Deny" }), place);

    expect(unused).toEqual([]);
  });

  test("is the second of two statements that allow the same action", () => {
    const { unused } = reviewCalls([stop], deploymentWith(stopping, { ...stopping, Resource: "*" }), place);

    expect(unused).toEqual([{ role: "WorkerRole", action: "ec2:StopInstances", resources: ["*"] }]);
  });
});
