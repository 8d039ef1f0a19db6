import { beforeAll, describe, expect, test } from "vitest";
import { statementsOf } from "../../local/policies/policy.ts";
import { judge, type Request } from "../../local/policies/verdict.ts";
import { accountId as account, usual } from "./deployments.ts";
import type { Graph } from "./graph.ts";

const rule = `arn:aws:events:us-east-1:${account}:rule/eks-windows-images-production-build-ended`;
const alarm = `arn:aws:cloudwatch:us-east-1:${account}:alarm:eks-windows-images-production-stale`;

let graph: Graph;
beforeAll(async () => {
  graph = await usual();
});

function from(service: string, arn: string, sourceAccount = account): Pick<Request, "principal" | "context"> {
  return {
    principal: { type: "Service", id: `${service}.amazonaws.com` },
    context: { "aws:sourcearn": [arn], "aws:sourceaccount": [sourceAccount], "aws:securetransport": ["true"] },
  };
}

/** The names of a policy and its resource, and the requested action. */
type Asked = readonly [policy: string, resource: string, action: string];

function verdictOn([policy, resource, action]: Asked, by: Pick<Request, "principal" | "context">) {
  const { state } = graph.named(resource);
  return judge(statementsOf(String(graph.named(policy).inputs.policy)), {
    action,
    resource: String(state.arn),
    ...by,
  });
}

const toQueue: Asked = ["TriggersPolicy", "TriggersQueue", "sqs:SendMessage"];
const toOperations: Asked = ["OperationsPolicy", "OperationsTopic", "sns:Publish"];

describe("a resource policy", () => {
  test.each<[string, Asked, Pick<Request, "principal" | "context">]>([
    ["the stage's rule for ended builds", toQueue, from("events", rule)],
    ["the stage's alarms", toOperations, from("cloudwatch", alarm)],
  ])("allows %s", (_, of, by) => {
    expect(verdictOn(of, by).allowed).toBe(true);
  });

  test.each<[string, Asked, Pick<Request, "principal" | "context">]>([
    ["another rule of the account", toQueue, from("events", `${rule}-too`)],
    [
      "a rule of the same name in another account",
      toQueue,
      from("events", rule.replace(account, "210987654321"), "210987654321"),
    ],
    ["the stage's rule on behalf of another account", toQueue, from("events", rule, "210987654321")],
    ["another service with the ARN of the stage's rule", toQueue, from("sns", rule)],
    ["a topic", toQueue, from("sns", `arn:aws:sns:us-east-1:${account}:alerts`)],
    [
      "a rule that sends to the dead-letter queue",
      ["DeadLettersPolicy", "DeadLettersQueue", "sqs:SendMessage"],
      from("events", rule),
    ],
    ["another stage's alarm", toOperations, from("cloudwatch", alarm.replace("production", "test"))],
    ["an alarm of another account", toOperations, from("cloudwatch", alarm, "210987654321")],
    [
      "alarms that publish to the subscribers of images",
      ["NotificationsPolicy", "NotificationsTopic", "sns:Publish"],
      from("cloudwatch", alarm),
    ],
    ["a rule that reads the queue", ["TriggersPolicy", "TriggersQueue", "sqs:ReceiveMessage"], from("events", rule)],
  ])("does not allow %s", (_, of, by) => {
    expect(verdictOn(of, by).allowed).toBe(false);
  });

  test.each([
    ["TriggersPolicy", "TriggersQueue", "sqs:SendMessage"],
    ["DeadLettersPolicy", "DeadLettersQueue", "sqs:ReceiveMessage"],
    ["NotificationsPolicy", "NotificationsTopic", "sns:Publish"],
    ["OperationsPolicy", "OperationsTopic", "sns:Publish"],
    ["ArtifactsPolicy", "ArtifactsBucket", "s3:ListBucket"],
  ])("%s denies calls without TLS, even if the caller's policy allows them (%s, %s)", (policy, resource, action) => {
    const principal = { type: "AWS" as const, id: `arn:aws:iam::${account}:role/admin` };
    const by = (secure: string) => ({ principal, context: { "aws:securetransport": [secure] } });

    expect(verdictOn([policy, resource, action], by("false")).by?.effect).toBe("Deny");
    expect(verdictOn([policy, resource, action], by("true")).by).toBeUndefined();
  });
});
