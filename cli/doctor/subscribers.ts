import { DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import { paginateListSubscriptionsByTopic, type SNSClient } from "@aws-sdk/client-sns";
import type { Check } from "./check.ts";
import { NotDeployed } from "./failed-checks.ts";
import { type Findings, type Line, linesOf } from "./lines.ts";
import type { Site } from "./site.ts";

const findings = {
  "subscribers-confirmed": { mark: "✓", means: "Everybody in config.ts is subscribed and has confirmed it." },
  "subscription-unconfirmed": {
    mark: "✗",
    means: "The subscriber has not confirmed and gets nothing. SNS forgets an unconfirmed subscription after two days.",
    remedy: "Follow the link in SNS's mail. If it is lost: aws sns subscribe with the same endpoint sends it again.",
  },
  "not-subscribed": {
    mark: "✗",
    means:
      "config.ts names the subscriber, and the topic does not have it: not deployed since, unsubscribed or forgotten.",
    remedy: "Deploy, with npx sst refresh before it if somebody unsubscribed, and confirm SNS's mail.",
  },
  "nobody-subscribed": {
    mark: "?",
    means: "The list in config.ts is empty: nobody is told of failed builds (subscribers) or of alarms (operators).",
    remedy: "Name somebody in config.ts, unless something else is subscribed to the topic or watches the alarms.",
  },
  "topic-unknown": {
    mark: "?",
    means: "The topic of the operators is named by the alarms only, and there are none.",
    remedy: "See what the check of the alarms says.",
  },
} as const satisfies Findings;

const line = linesOf(findings);

interface Endpoint {
  protocol: string;
  endpoint: string;
}

/** A subscription as SNS lists it. Its ARN says `PendingConfirmation` before it is confirmed. */
export interface Subscription extends Endpoint {
  arn: string;
}

export const subscribersCheck: Check = {
  name: "subscribers",
  about: "Whether those in config.ts are told",
  findings,
  onLocalStack: false,
  async run(site) {
    const { subscribers, operators } = site.configuration;
    const { TOPIC_ARN } = await site.environmentOf("reconcile");
    if (!TOPIC_ARN) throw new NotDeployed("the function reconcile names no topic");
    const operations = await operationsTopic(site);
    return [
      ...judgeSubscribers("subscribers", subscribers, await subscriptionsOf(site.clients.sns, TOPIC_ARN)),
      ...(operations === undefined
        ? [line("topic-unknown", "operators: no alarm names their topic")]
        : judgeSubscribers("operators", operators, await subscriptionsOf(site.clients.sns, operations))),
    ];
  },
};

/** Every alarm notifies this topic; nothing else names it. */
async function operationsTopic({ clients: { cloudwatch }, named }: Site): Promise<string | undefined> {
  const asked = { AlarmNames: [named("quiet"), named("reconcile-failing")] };
  const { MetricAlarms = [] } = await cloudwatch.send(new DescribeAlarmsCommand(asked));
  return MetricAlarms.flatMap(({ AlarmActions = [] }) => AlarmActions).find((arn) => arn.includes(":sns:"));
}

async function subscriptionsOf(client: SNSClient, TopicArn: string): Promise<Subscription[]> {
  const found: Subscription[] = [];
  for await (const { Subscriptions = [] } of paginateListSubscriptionsByTopic({ client }, { TopicArn }))
    for (const { Protocol: protocol = "", Endpoint: endpoint = "", SubscriptionArn: arn = "" } of Subscriptions)
      found.push({ protocol, endpoint, arn });
  return found;
}

/** @param list the name of the list in config.ts */
export function judgeSubscribers(
  list: "subscribers" | "operators",
  wanted: readonly Endpoint[],
  found: readonly Subscription[],
): Line[] {
  if (wanted.length === 0)
    return [
      line(
        "nobody-subscribed",
        `${list}: none in config.ts${found.length > 0 ? `, ${found.length} by other means` : ""}`,
      ),
    ];
  const wrong = wanted.flatMap(({ protocol, endpoint }) => {
    const subscription = found.find((one) => one.protocol === protocol && one.endpoint === endpoint);
    if (!subscription?.arn.match(/^(arn:|PendingConfirmation)/))
      return line("not-subscribed", `${list}: ${endpoint} is not subscribed`);
    if (!subscription.arn.startsWith("arn:"))
      return line("subscription-unconfirmed", `${list}: ${endpoint} has not confirmed`);
    return [];
  });
  return wrong.length > 0 ? wrong : [line("subscribers-confirmed", `${list}: ${wanted.length} confirmed`)];
}
