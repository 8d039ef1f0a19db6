import { accountId, nothingWithoutTls, policyDocument } from "./account.ts";
import { project } from "./builds.ts";
import { policies } from "./configuration.ts";
import { channelsPrefix, named } from "./names.ts";
import { queue } from "./queue.ts";

const buildEnded = rule("BuildEnded", "build-ended", {
  source: ["aws.codebuild"],
  "detail-type": ["CodeBuild Build State Change"],
  detail: { "project-name": [project.name], "build-status": [{ "anything-but": ["IN_PROGRESS"] }] },
});

/**
 * Matches the write of a channel. AWS checks a `PutParameter` with data type `aws:ec2:image` after it has answered, and
 * reports a rejected value with the same event plus an `exception`. The rule leaves those events out: reconcile would
 * write the same value again at once, and the next rejection would trigger it again. The next schedule retries instead.
 */
const channelChanged = rule("ChannelChanged", "channel-changed", {
  source: ["aws.ssm"],
  "detail-type": ["Parameter Store Change"],
  detail: { name: [{ prefix: `${channelsPrefix}/` }], exception: [{ exists: false }] },
});

/** AWS sends these as well as it can, and schedules look, too (EC2 user guide, "Monitor EC2 Fast Launch"). */
const fastLaunchChanged =
  policies.fastLaunch &&
  rule("FastLaunchChanged", "fast-launch-changed", {
    source: ["aws.ec2"],
    "detail-type": ["EC2 Fast Launch State-change Notification"],
  });

const rules = [buildEnded, channelChanged, ...(fastLaunchChanged ? [fastLaunchChanged] : [])];

new aws.sqs.QueuePolicy("TriggersPolicy", {
  queueUrl: queue.url,
  policy: policyDocument([
    {
      sid: "EventsOfOurRules",
      actions: ["sqs:SendMessage"],
      resources: [queue.arn],
      principals: [{ type: "Service", identifiers: ["events.amazonaws.com"] }],
      conditions: [
        { test: "ArnEquals", variable: "aws:SourceArn", values: rules.map(({ arn }) => arn) },
        { test: "StringEquals", variable: "aws:SourceAccount", values: [accountId] },
      ],
    },
    nothingWithoutTls("sqs:*", queue.arn),
  ]),
});

/** AWS sends its own events to the account's default bus only. */
function rule(name: string, noun: string, pattern: $util.Input<object>): aws.cloudwatch.EventRule {
  const created = new aws.cloudwatch.EventRule(name, {
    name: named(noun),
    eventBusName: "default",
    eventPattern: $jsonStringify(pattern),
  });
  new aws.cloudwatch.EventTarget(`${name}Target`, {
    rule: created.name,
    eventBusName: "default",
    targetId: "queue",
    arn: queue.arn,
  });
  return created;
}
