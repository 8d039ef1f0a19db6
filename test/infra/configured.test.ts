import { beforeAll, expect, test } from "vitest";
import { type Graph, graphOf, variablesOf } from "./graph.ts";

let other: Graph;
beforeAll(async () => {
  other = await graphOf(
    {
      variants: [{ windows: 2022, kubernetes: "1.35" }],
      policies: {
        reserveConcurrency: false,
        functionUrl: false,
        baseAmiSchedule: "rate(1 hour)",
        patchTuesday: { time: "20:30", timeZone: "Europe/Berlin" },
        network: {
          kind: "vpc",
          vpcId: "vpc-0123456789abcdef0",
          subnetIds: ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
        },
      },
      subscribers: [
        { protocol: "email", endpoint: "windows@example.com" },
        { protocol: "sqs", endpoint: "arn:aws-cn:sqs:cn-north-1:123456789012:inbox" },
      ],
    },
    "trial",
    { partition: "aws-cn", region: "cn-north-1", accountId: "123456789012" },
  );
}, 120_000);

test("CodeBuild stands in the user's VPC and reaches the guest's private address", () => {
  const codeBuildGroup = other.named("CodeBuildSecurityGroup");
  const { vpcConfig, environment } = other.named("Builds").inputs;

  expect(vpcConfig).toEqual({
    vpcId: "vpc-0123456789abcdef0",
    subnets: ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
    securityGroupIds: [codeBuildGroup.id],
  });
  expect(variablesOf(environment)).toMatchObject({
    ADDRESS_URL: "",
    PACKER_DEPLOYMENT: {
      subnet_id: "subnet-0123456789abcdef0",
      security_group_ids: [other.named("InstanceSecurityGroup").id],
      ssh_interface: "private_ip",
      associate_public_ip_address: false,
    },
  });
});

test("the guest is reached over WinRM by CodeBuild only", () => {
  const { ingress } = other.named("InstanceSecurityGroup").inputs;

  expect(ingress).toEqual([
    { protocol: "tcp", fromPort: 5986, toPort: 5986, securityGroups: [other.named("CodeBuildSecurityGroup").id] },
  ]);
  expect(other.named("CodeBuildSecurityGroup").inputs.ingress).toBeUndefined();
});

test("every subscriber is subscribed", () => {
  const subscriptions = other.ofType("aws:sns/topicSubscription:TopicSubscription").map(({ inputs }) => inputs);
  const topic = other.named("NotificationsTopic").state.arn;

  expect(subscriptions).toHaveLength(2);
  expect(subscriptions).toContainEqual({ topic, protocol: "email", endpoint: "windows@example.com" });
});

test("Patch Tuesday follows the time and the time zone of the policy", () => {
  expect(other.named("PatchTuesday").inputs).toMatchObject({
    scheduleExpression: "cron(30 20 ? * TUE#2 *)",
    scheduleExpressionTimezone: "Europe/Berlin",
  });
  expect(other.named("BaseAmis").inputs.scheduleExpression).toBe("rate(1 hour)");
});

test("an account that refuses reservations gets none", () => {
  for (const name of ["ReconcileFunction", "ApiFunction"])
    expect(other.named(name).inputs.reservedConcurrentExecutions).toBeUndefined();
});
