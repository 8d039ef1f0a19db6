import type { ScheduledTrigger } from "../functions/domain/trigger.ts";
import { accountId, policyDocument } from "./account.ts";
import { policies } from "./configuration.ts";
import { named, namedInAccount } from "./names.ts";
import { queue } from "./queue.ts";

const role = new aws.iam.Role("SchedulerRole", {
  name: namedInAccount("scheduler"),
  assumeRolePolicy: policyDocument([
    {
      actions: ["sts:AssumeRole"],
      principals: [{ type: "Service", identifiers: ["scheduler.amazonaws.com"] }],
      conditions: [{ test: "StringEquals", variable: "aws:SourceAccount", values: [accountId] }],
    },
  ]),
  inlinePolicies: [
    { name: "queue", policy: policyDocument([{ actions: ["sqs:SendMessage"], resources: [queue.arn] }]) },
  ],
});

const [hour, minute] = policies.patchTuesday.time.split(":").map(Number);

schedule("BaseAmis", "base-ami", policies.baseAmiSchedule, "UTC");
schedule("Kubernetes", "kubernetes", policies.kubernetesSchedule, "UTC");
// The second Tuesday of the month. EventBridge Scheduler supports time zones; the schedules of EventBridge rules are
// UTC only.
schedule("PatchTuesday", "patch-tuesday", `cron(${minute} ${hour} ? * TUE#2 *)`, policies.patchTuesday.timeZone);

function schedule(
  name: string,
  trigger: ScheduledTrigger,
  expression: string,
  timeZone: string,
): aws.scheduler.Schedule {
  return new aws.scheduler.Schedule(name, {
    name: named(trigger),
    scheduleExpression: expression,
    scheduleExpressionTimezone: timeZone,
    flexibleTimeWindow: { mode: "OFF" },
    target: { arn: queue.arn, roleArn: role.arn, input: JSON.stringify({ trigger }) },
  });
}
