import { beforeAll, describe, expect, test } from "vitest";
import { type Graph, graphOf, list, permissionsOf, type Statement, statementsOf } from "./graph.ts";

const account = "123456789012";
let graph: Graph;
beforeAll(async () => {
  graph = await graphOf(
    {
      variants: [{ windows: 2022, kubernetes: "1.35" }],
      subscribers: [{ protocol: "email", endpoint: "windows@example.com" }],
      operators: [{ protocol: "email", endpoint: "on-call@example.com" }],
    },
    "production",
  );
}, 120_000);

const arnOf = (name: string) => graph.named(name).state.arn;
const alarmArns = () =>
  graph
    .ofType("aws:cloudwatch/metricAlarm:MetricAlarm")
    .map(({ inputs: { name } }) => `arn:aws:cloudwatch:us-east-1:${account}:alarm:${name}`)
    .sort();
/** A statement whose list of sources is in alphabetical order, for the graph has none. */
const sorted = ({ Condition, ...statement }: Statement) => ({
  ...statement,
  Condition: { ...Condition, ArnEquals: { "aws:SourceArn": list(Condition?.ArnEquals?.["aws:SourceArn"]).toSorted() } },
});
const key = () => statementsOf(graph.named("TopicKeyPolicy").inputs.policy);
const using = ({ Action }: { Action: string | string[] }) => list(Action).includes("kms:GenerateDataKey");

describe("topics", () => {
  test.each([
    ["subscribers hear what becomes of images", "NotificationsTopic", "windows@example.com"],
    ["operators hear alarms", "OperationsTopic", "on-call@example.com"],
  ])("%s", (_, topic, endpoint) => {
    const subscriptions = graph.ofType("aws:sns/topicSubscription:TopicSubscription").map(({ inputs }) => inputs);

    expect(subscriptions.filter((one) => one.topic === arnOf(topic))).toEqual([
      { topic: arnOf(topic), protocol: "email", endpoint },
    ]);
  });

  test("are encrypted with one key of ours, which rotates", () => {
    const topics = graph.ofType("aws:sns/topic:Topic").map(({ inputs }) => inputs.kmsMasterKeyId);

    expect(topics).toEqual([graph.named("TopicKey").id, graph.named("TopicKey").id]);
    expect(graph.ofType("aws:kms/key:Key").map(({ inputs }) => inputs.enableKeyRotation)).toEqual([true]);
  });

  test("no resource is encrypted with AWS's own key of SNS or SQS, which others cannot use", () => {
    expect(JSON.stringify(graph.resources.map(({ inputs }) => inputs))).not.toMatch(/alias\/aws\/(sns|sqs)/);
  });
});

describe("whoever deploys", () => {
  test("is told where nobody hears alarms", async () => {
    const silent = await graphOf({ variants: [{ windows: 2022, kubernetes: "1.35" }] }, "production");

    expect(silent.said).toContain("Nobody hears the alarms of this service: `operators` in config.ts is empty.");
  }, 120_000);

  test("is told nothing where somebody does", () => {
    expect(graph.said).toBe("");
  });
});

describe("an alarm reaches the operators", () => {
  test("the topic takes messages of CloudWatch for each of our alarms, and for no other", () => {
    const allowed = statementsOf(graph.named("OperationsPolicy").inputs.policy).filter(
      ({ Effect }) => Effect === "Allow",
    );

    expect(allowed.map(sorted)).toEqual([
      {
        Sid: "OurAlarms",
        Effect: "Allow",
        Principal: { Service: "cloudwatch.amazonaws.com" },
        Action: "sns:Publish",
        Resource: arnOf("OperationsTopic"),
        Condition: {
          ArnEquals: { "aws:SourceArn": alarmArns() },
          StringEquals: { "aws:SourceAccount": account },
        },
      },
    ]);
  });

  test("and CloudWatch may use the key for that topic, for the same alarms", () => {
    const allowed = key().filter(({ Principal }) => JSON.stringify(Principal).includes("cloudwatch"));

    expect(allowed.map(sorted)).toEqual([
      {
        Sid: "OurAlarms",
        Effect: "Allow",
        Principal: { Service: "cloudwatch.amazonaws.com" },
        Action: ["kms:GenerateDataKey", "kms:Decrypt"],
        Resource: "*",
        Condition: {
          ArnEquals: { "aws:SourceArn": alarmArns() },
          StringEquals: {
            "aws:SourceAccount": account,
            "kms:EncryptionContext:aws:sns:topicArn": arnOf("OperationsTopic"),
          },
        },
      },
    ]);
  });
});

describe("a notification is sent", () => {
  const condition = () => ({
    StringEquals: { "kms:EncryptionContext:aws:sns:topicArn": arnOf("NotificationsTopic") },
  });

  test("reconcile alone may use the key, for that topic", () => {
    const users = graph
      .ofType("aws:iam/role:Role")
      .flatMap((role) => permissionsOf(role).map((statement) => ({ role: role.name, ...statement })))
      .filter(({ Action }) => list(Action).some((action) => action.startsWith("kms:")));

    expect(users).toEqual([
      {
        role: "ReconcileRole",
        Effect: "Allow",
        Action: ["kms:GenerateDataKey", "kms:Decrypt"],
        Resource: `arn:aws:kms:us-east-1:${account}:key/${graph.named("TopicKey").id}`,
        Condition: condition(),
      },
    ]);
  });

  test("and the key lets identities of this account do so, for that topic", () => {
    const allowed = key().filter((statement) => using(statement) && !JSON.stringify(statement).includes("cloudwatch"));

    expect(allowed).toMatchObject([{ Principal: { AWS: `arn:aws:iam::${account}:root` }, Condition: condition() }]);
  });
});

describe("the key", () => {
  test("is used by nobody for anything but a topic of ours", () => {
    for (const { Condition } of key().filter(using))
      expect(Condition?.StringEquals?.["kms:EncryptionContext:aws:sns:topicArn"]).toMatch(/^arn:aws:sns:/);
  });

  test("can still be administered by the account, or it would be lost", () => {
    const administration = key().find(({ Sid }) => Sid === "Administration");

    expect(administration?.Principal).toEqual({ AWS: `arn:aws:iam::${account}:root` });
    expect(administration?.Action).toEqual(
      expect.arrayContaining(["kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:EnableKeyRotation"]),
    );
    expect(administration?.Action).not.toContain("kms:Decrypt");
  });
});
