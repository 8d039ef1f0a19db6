import { beforeAll, expect, test } from "vitest";
import { china, network, subnet, variants } from "./deployments.ts";
import { type Graph, graphOf, list, permissionsOf, variablesOf } from "./graph.ts";

let other: Graph;
beforeAll(async () => {
  other = await graphOf(
    {
      variants,
      policies: {
        reserveConcurrency: false,
        functionUrl: false,
        baseAmiSchedule: "rate(1 hour)",
        packerReleaseUrl: "https://mirror.example.com/hashicorp/",
        patchTuesday: { time: "20:30", timeZone: "Europe/Berlin" },
        network: { ...network, subnetIds: [subnet, "subnet-0123456789abcdef1"] },
      },
      subscribers: [
        { protocol: "email", endpoint: "windows@example.com" },
        { protocol: "sqs", endpoint: "arn:aws-cn:sqs:cn-north-1:123456789012:inbox" },
      ],
    },
    "trial",
    china,
  );
});

test("CodeBuild runs in the user's VPC and connects to the guest's private address", () => {
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
      security_group_ids: [other.named("InstanceSecurityGroup").id],
      ssh_interface: "private_ip",
      associate_public_ip_address: false,
    },
  });
});

test("builds download Packer and its plugin from the mirror of the configuration", () => {
  expect(variablesOf(other.named("Builds").inputs.environment)).toMatchObject({
    PACKER_RELEASE_URL: "https://mirror.example.com/hashicorp",
  });
});

test("build instances may start in each of the user's subnets, and in no other", () => {
  const subnets = permissionsOf(other.named("BuildRole"))
    .filter(({ Action }) => list(Action).includes("ec2:RunInstances"))
    .flatMap(({ Resource }) => list(Resource))
    .filter((arn) => arn.includes(":subnet/"));

  expect(subnets.map((arn) => arn.split("/")[1])).toEqual(["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]);
});

test("the guest accepts connections from CodeBuild only, over WinRM", () => {
  const { ingress } = other.named("InstanceSecurityGroup").inputs;

  expect(ingress).toEqual([
    { protocol: "tcp", fromPort: 5986, toPort: 5986, securityGroups: [other.named("CodeBuildSecurityGroup").id] },
  ]);
  expect(other.named("CodeBuildSecurityGroup").inputs.ingress).toBeUndefined();
});

test("every subscriber in the configuration is subscribed to the topic", () => {
  const subscriptions = other.ofType("aws:sns/topicSubscription:TopicSubscription").map(({ inputs }) => inputs);
  const topic = other.named("NotificationsTopic").state.arn;

  expect(subscriptions).toHaveLength(2);
  expect(subscriptions).toContainEqual({ topic, protocol: "email", endpoint: "windows@example.com" });
});

test("the Patch Tuesday schedule has the time and time zone of the configuration", () => {
  expect(other.named("PatchTuesday").inputs).toMatchObject({
    scheduleExpression: "cron(30 20 ? * TUE#2 *)",
    scheduleExpressionTimezone: "Europe/Berlin",
  });
  expect(other.named("BaseAmis").inputs.scheduleExpression).toBe("rate(1 hour)");
});

test("functions have no reserved concurrency if the configuration turns it off", () => {
  for (const name of ["ReconcileFunction", "ApiFunction"])
    expect(other.named(name).inputs.reservedConcurrentExecutions).toBeUndefined();
});
