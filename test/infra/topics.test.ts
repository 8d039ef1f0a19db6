import { beforeAll, describe, expect, test } from "vitest";
import { accountId as account, usual, variants } from "./deployments.ts";
import { type Graph, graphOf, list, permissionsOf, type Statement, statementsOf } from "./graph.ts";

let graph: Graph;
beforeAll(async () => {
  graph = await graphOf(
    {
      variants,
      subscribers: [{ protocol: "email", endpoint: "windows@example.com" }],
      operators: [{ protocol: "email", endpoint: "on-call@example.com" }],
    },
    "production",
  );
});

const arnOf = (name: string) => graph.named(name).state.arn;
const alarmArns = () =>
  graph
    .ofType("aws:cloudwatch/metricAlarm:MetricAlarm")
    .map(({ inputs: { name } }) => `arn:aws:cloudwatch:us-east-1:${account}:alarm:${name}`)
    .sort();
/** The statement with its sources in alphabetical order; the order in the graph is arbitrary. */
const sorted = ({ Condition, ...statement }: Statement) => ({
  ...statement,
  Condition: { ...Condition, ArnEquals: { "aws:SourceArn": list(Condition?.ArnEquals?.["aws:SourceArn"]).toSorted() } },
});
const key = () => statementsOf(graph.named("TopicKeyPolicy").inputs.policy);
const using = ({ Action }: { Action: string | string[] }) => list(Action).includes("kms:GenerateDataKey");

describe("topics", () => {
  test.each([
    ["subscribers receive notifications about images", "NotificationsTopic", "windows@example.com"],
    ["operators receive alarms", "OperationsTopic", "on-call@example.com"],
  ])("%s", (_, topic, endpoint) => {
    const subscriptions = graph.ofType("aws:sns/topicSubscription:TopicSubscription").map(({ inputs }) => inputs);

    expect(subscriptions.filter((one) => one.topic === arnOf(topic))).toEqual([
      { topic: arnOf(topic), protocol: "email", endpoint },
    ]);
  });

  test("are encrypted with the service's own key, which rotates", () => {
    const topics = graph.ofType("aws:sns/topic:Topic").map(({ inputs }) => inputs.kmsMasterKeyId);

    expect(topics).toEqual([graph.named("TopicKey").id, graph.named("TopicKey").id]);
    expect(graph.ofType("aws:kms/key:Key").map(({ inputs }) => inputs.enableKeyRotation)).toEqual([true]);
  });

  test("no resource uses AWS's key for SNS or SQS, which other services cannot use", () => {
    expect(JSON.stringify(graph.resources.map(({ inputs }) => inputs))).not.toMatch(/alias\/aws\/(sns|sqs)/);
  });
});

describe("a deployment", () => {
  test("warns if no operator receives alarms", async () => {
    const silent = await usual();

    expect(silent.said).toContain(
      "No operator is notified of this service's alarms: `operators` in config.ts is empty.",
    );
  });

  test("warns if no subscriber receives notifications", async () => {
    const silent = await usual();

    expect(silent.said).toContain(
      "No subscriber is notified of images and failed builds: `subscribers` in config.ts is empty.",
    );
  });

  test("warns of nothing if there are operators and subscribers", () => {
    expect(graph.said).toBe("");
  });
});

describe("an alarm reaches the operators", () => {
  test("the topic accepts messages of CloudWatch for each alarm of the stage, and for no other", () => {
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

  test("CloudWatch can use the key for this topic, for the same alarms", () => {
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

describe("a notification can be sent", () => {
  const condition = () => ({
    StringEquals: { "kms:EncryptionContext:aws:sns:topicArn": arnOf("NotificationsTopic") },
  });

  test("only reconcile's policy allows use of the key, for this topic", () => {
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

  test("the key's policy allows it to identities of the account, for this topic", () => {
    const allowed = key().filter((statement) => using(statement) && !JSON.stringify(statement).includes("cloudwatch"));

    expect(allowed).toMatchObject([{ Principal: { AWS: `arn:aws:iam::${account}:root` }, Condition: condition() }]);
  });
});

describe("with a topic for chats", () => {
  let chatty: Graph;
  beforeAll(async () => {
    chatty = await graphOf({ variants, chat: true }, "production");
  });
  const topicsOf = () => ["NotificationsTopic", "ChatTopic"].map((name) => chatty.named(name).state.arn);

  test("reconcile learns its ARN and may publish to it, and to no other besides the subscribers' topic", () => {
    const { environment } = chatty.named("ReconcileFunction").inputs;
    const publishing = permissionsOf(chatty.named("ReconcileRole")).filter(({ Action }) =>
      list(Action).includes("sns:Publish"),
    );

    expect(environment).toMatchObject({ variables: { CHAT_TOPIC_ARN: chatty.named("ChatTopic").state.arn } });
    expect(publishing.flatMap(({ Resource }) => list(Resource))).toEqual(topicsOf());
  });

  test("it is encrypted with the service's key, which reconcile may use for both topics only", () => {
    const arns = topicsOf();
    const users = permissionsOf(chatty.named("ReconcileRole")).filter(using);
    const ofKey = statementsOf(chatty.named("TopicKeyPolicy").inputs.policy).find(({ Sid }) => Sid === "Publishers");

    expect(chatty.named("ChatTopic").inputs.kmsMasterKeyId).toBe(chatty.named("TopicKey").id);
    for (const statement of [...users, ofKey])
      expect(statement?.Condition?.StringEquals?.["kms:EncryptionContext:aws:sns:topicArn"]).toEqual(arns);
  });

  test("nobody subscribes to it before Amazon Q Developer does, and without TLS nobody publishes", () => {
    const subscribed = chatty.ofType("aws:sns/topicSubscription:TopicSubscription").map(({ inputs }) => inputs.topic);
    const denied = statementsOf(chatty.named("ChatPolicy").inputs.policy);

    expect(subscribed).not.toContain(chatty.named("ChatTopic").state.arn);
    expect(denied).toMatchObject([{ Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } }]);
  });

  test("otherwise there is none", () => {
    expect(graph.resources.map(({ name }) => name)).not.toContain("ChatTopic");
    expect(JSON.stringify(graph.named("ReconcileFunction").inputs.environment)).not.toContain("CHAT_TOPIC_ARN");
  });
});

describe("the key", () => {
  test("can be used for topics of the stage only", () => {
    for (const { Condition } of key().filter(using))
      expect(Condition?.StringEquals?.["kms:EncryptionContext:aws:sns:topicArn"]).toMatch(/^arn:aws:sns:/);
  });

  test("can be administered by the account; otherwise it could never be changed", () => {
    const administration = key().find(({ Sid }) => Sid === "Administration");

    expect(administration?.Principal).toEqual({ AWS: `arn:aws:iam::${account}:root` });
    expect(administration?.Action).toEqual(
      expect.arrayContaining(["kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:EnableKeyRotation"]),
    );
    expect(administration?.Action).not.toContain("kms:Decrypt");
  });
});
