import { beforeAll, describe, expect, test } from "vitest";
import { scheduledTriggers, triggerOf } from "../../functions/domain/trigger.ts";
import { usual } from "./deployments.ts";
import { type Graph, permissionsOf, statementsOf } from "./graph.ts";

let graph: Graph;
beforeAll(async () => {
  graph = await usual();
});

describe("schedules", () => {
  test.each([
    ["base AMIs are checked every 15 minutes", "BaseAmis", "rate(15 minutes)", "UTC", "base-ami"],
    ["Kubernetes releases are checked every hour", "Kubernetes", "rate(1 hour)", "UTC", "kubernetes"],
    [
      "Patch Tuesday is on the second Tuesday at 11:00 in Los Angeles",
      "PatchTuesday",
      "cron(0 11 ? * TUE#2 *)",
      "America/Los_Angeles",
      "patch-tuesday",
    ],
  ])("%s, straight to the queue", (_, name, expression, timeZone, trigger) => {
    const { inputs } = graph.named(name);

    expect(inputs).toMatchObject({
      scheduleExpression: expression,
      scheduleExpressionTimezone: timeZone,
      target: {
        arn: graph.named("TriggersQueue").state.arn,
        roleArn: graph.named("SchedulerRole").state.arn,
        input: JSON.stringify({ trigger }),
      },
    });
  });

  test("send every scheduled trigger once, each with a name that reconcile recognises", () => {
    const messages = graph
      .ofType("aws:scheduler/schedule:Schedule")
      .map(({ inputs }) => (inputs.target as { input: string }).input);

    expect(new Set(messages.map((message) => triggerOf(message).kind))).toEqual(new Set(scheduledTriggers));
    expect(messages).toHaveLength(scheduledTriggers.length);
  });

  test("have a role that can only send messages to the queue", () => {
    const permissions = permissionsOf(graph.named("SchedulerRole"));

    expect(permissions).toEqual([
      { Effect: "Allow", Action: "sqs:SendMessage", Resource: graph.named("TriggersQueue").state.arn },
    ]);
  });
});

describe("rules", () => {
  test("match the end of the project's builds, with any result", () => {
    const pattern = JSON.parse(String(graph.named("BuildEnded").inputs.eventPattern));

    expect(pattern).toEqual({
      source: ["aws.codebuild"],
      "detail-type": ["CodeBuild Build State Change"],
      detail: {
        "project-name": [graph.named("Builds").inputs.name],
        "build-status": [{ "anything-but": ["IN_PROGRESS"] }],
      },
    });
  });

  test("match changes of parameters below the channels' prefix only, and no rejected values", () => {
    const pattern = JSON.parse(String(graph.named("ChannelChanged").inputs.eventPattern));

    expect(pattern).toEqual({
      source: ["aws.ssm"],
      "detail-type": ["Parameter Store Change"],
      detail: {
        name: [{ prefix: "/eks-windows-images/production/channels/" }],
        exception: [{ exists: false }],
      },
    });
  });

  test("are on the account's default bus and send to the queue", () => {
    const rules = graph.ofType("aws:cloudwatch/eventRule:EventRule").map(({ inputs }) => inputs);
    const targets = graph.ofType("aws:cloudwatch/eventTarget:EventTarget").map(({ inputs }) => inputs);

    expect(rules.map(({ eventBusName }) => eventBusName)).toEqual(["default", "default"]);
    expect(new Set(targets.map(({ rule }) => rule))).toEqual(new Set(rules.map(({ name }) => name)));
    for (const target of targets)
      expect(target).toMatchObject({ eventBusName: "default", arn: graph.named("TriggersQueue").state.arn });
  });
});

describe("the queue", () => {
  test("has a visibility timeout of six times the timeout of reconcile", () => {
    const { visibilityTimeoutSeconds } = graph.named("TriggersQueue").inputs;

    expect(visibilityTimeoutSeconds).toBe(6 * Number(graph.named("ReconcileFunction").inputs.timeout));
  });

  test("moves a message to the dead-letter queue after 20 attempts", () => {
    const redrive = JSON.parse(String(graph.named("TriggersQueue").inputs.redrivePolicy));

    expect(redrive).toEqual({ deadLetterTargetArn: graph.named("DeadLettersQueue").state.arn, maxReceiveCount: 20 });
  });

  test("is the only queue that can use the dead-letter queue", () => {
    const { queueUrl, redriveAllowPolicy } = graph.named("DeadLettersRedrive").inputs;

    expect(queueUrl).toBe(graph.named("DeadLettersQueue").state.url);
    expect(JSON.parse(String(redriveAllowPolicy))).toEqual({
      redrivePermission: "byQueue",
      sourceQueueArns: [graph.named("TriggersQueue").state.arn],
    });
  });

  test.each(["TriggersQueue", "DeadLettersQueue"])(
    "%s is encrypted by SQS, so that EventBridge can write to it",
    (name) => {
      const { sqsManagedSseEnabled, kmsMasterKeyId } = graph.named(name).inputs;

      expect({ sqsManagedSseEnabled, kmsMasterKeyId }).toEqual({
        sqsManagedSseEnabled: true,
        kmsMasterKeyId: undefined,
      });
    },
  );

  test("accepts events from the two rules of the stage, and from no other", () => {
    const allowed = statementsOf(graph.named("TriggersPolicy").inputs.policy).filter(
      ({ Effect }) => Effect === "Allow",
    );

    expect(allowed).toEqual([
      {
        Sid: "EventsOfOurRules",
        Effect: "Allow",
        Principal: { Service: "events.amazonaws.com" },
        Action: "sqs:SendMessage",
        Resource: graph.named("TriggersQueue").state.arn,
        Condition: {
          ArnEquals: {
            "aws:SourceArn": [graph.named("BuildEnded").state.arn, graph.named("ChannelChanged").state.arn],
          },
          StringEquals: { "aws:SourceAccount": "123456789012" },
        },
      },
    ]);
  });

  test("feeds reconcile in batches of up to 100, at most two at a time", () => {
    const { inputs } = graph.named("ReconcileTriggers");

    expect(inputs).toEqual({
      eventSourceArn: graph.named("TriggersQueue").state.arn,
      functionName: graph.named("ReconcileFunction").inputs.name,
      batchSize: 100,
      maximumBatchingWindowInSeconds: 1,
      scalingConfig: { maximumConcurrency: 2 },
    });
  });
});

test("every resource name contains the application and the stage", () => {
  const names = graph.resources.flatMap(({ inputs }) => [inputs.name, inputs.bucket]).filter(Boolean);

  const foreign = names.filter((name) => !String(name).includes("eks-windows-images-production-"));

  expect(new Set(foreign)).toEqual(new Set(["sst-asset"]));
});
