import { AutoScalingClient, CreateAutoScalingGroupCommand } from "@aws-sdk/client-auto-scaling";
import { CloudWatchClient, PutMetricAlarmCommand, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import {
  AttachInternetGatewayCommand,
  CreateInternetGatewayCommand,
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  CreateRouteCommand,
  DescribeImagesCommand,
  DescribeRouteTablesCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { CreateGrantCommand, CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { CreateTopicCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { accountCheck } from "../../../cli/doctor/account.ts";
import { alarmNouns, alarmsCheck } from "../../../cli/doctor/alarms.ts";
import type { Check } from "../../../cli/doctor/check.ts";
import { fastLaunchCheck } from "../../../cli/doctor/fast-launch/check.ts";
import { networkCheck } from "../../../cli/doctor/network.ts";
import { policySource, principalOf } from "../../../cli/doctor/permissions/principal.ts";
import { reconcileCheck } from "../../../cli/doctor/reconcile.ts";
import { runChecks } from "../../../cli/doctor/run-checks.ts";
import { createSite, type Site } from "../../../cli/doctor/site.ts";
import { sourcesCheck } from "../../../cli/doctor/sources.ts";
import { subscribersCheck } from "../../../cli/doctor/subscribers.ts";
import { parseConfiguration } from "../../../functions/config/configuration.ts";
import { publishAll } from "../../../local/aws/public-images.ts";
import { type Aws, startAws } from "../../rim/aws.ts";

const name = "eks-windows-images-production";
let aws: Aws;
let topic: string;
let vpcId: string;

beforeAll(async () => {
  aws = await startAws();
  vpcId = aws.emulator.network.vpcId;
  await publishAll(aws.emulator, new Date("2026-11-01"));
  const { TopicArn = "" } = await new SNSClient({}).send(new CreateTopicCommand({ Name: `${name}-topic` }));
  topic = TopicArn;
});
afterAll(() => aws.stop());

/** What a check finds with the real SDK; the function's environment is that of a deployment. */
async function find(check: Check, input: object = {}, change: Partial<Site> = {}): Promise<string[]> {
  const configuration = parseConfiguration({ variants: [{ windows: 2022, kubernetes: "1.35" }], ...input });
  const given = { stage: "production", configuration, isLocal: false, now: Date.now, get: async () => ({}) };
  const environmentOf = async () => ({ TOPIC_ARN: topic });
  const [{ lines } = { lines: [] }] = await runChecks([check], { ...createSite({}, given), environmentOf, ...change });
  return lines.map(({ mark, finding, text }) => `${mark} ${finding}: ${text}`);
}

describe("over the wire, with the SDK's own clients", () => {
  test("the caller and the Region are known", async () => {
    const [caller, region] = await find(accountCheck);
    expect(caller).toBe("✓ caller: arn:aws:sts::123456789012:user/moto in account 123456789012");
    expect(region).toBe("✓ region: us-east-1, which has function URLs");
  });

  test("public parameters are found, and a minor without an image is not", async () => {
    const variants = [
      { windows: 2022 as const, kubernetes: "1.35" },
      { windows: 2022 as const, kubernetes: "1.35", base: "Base" as const, name: "assembled" },
      { windows: 2022 as const, kubernetes: "1.29" },
    ];
    expect(await find(sourcesCheck, { variants })).toEqual([
      "✓ parameter-there: 2 of 3 public parameters with an image",
      "✗ parameter-missing: /aws/service/ami-windows-latest/Windows_Server-2022-English-Core-EKS_Optimized-1.29/image_id does not exist in us-east-1: windows-2022-core-1.29",
    ]);
  });

  test("a denied call is a ? that names the action", async () => {
    const mend = await aws.emulator.failCalls({
      service: "ssm",
      operation: "GetParameters",
      code: "AccessDeniedException",
      message: "no",
    });
    expect(await find(sourcesCheck)).toEqual(["? denied: ssm:GetParameters is denied"]);
    await mend();
  });

  test("a subnet counts as public once its VPC's main table leads to an internet gateway", async () => {
    const ec2 = new EC2Client({});
    const subnetId = aws.emulator.network.subnetId;
    const policies = { network: { kind: "public", subnetId } };
    const { RouteTables: [table] = [] } = await ec2.send(
      new DescribeRouteTablesCommand({ Filters: [{ Name: "vpc-id", Values: [vpcId] }] }),
    );
    const { InternetGateway } = await ec2.send(new CreateInternetGatewayCommand({}));
    const InternetGatewayId = InternetGateway?.InternetGatewayId;
    const [before] = await find(networkCheck, { policies });
    await ec2.send(new AttachInternetGatewayCommand({ InternetGatewayId, VpcId: vpcId }));
    await ec2.send(
      new CreateRouteCommand({
        RouteTableId: table?.RouteTableId,
        DestinationCidrBlock: "0.0.0.0/0",
        GatewayId: InternetGatewayId,
      }),
    );
    expect(before).toBe(`✗ subnet-private: ${subnetId} has no route to an internet gateway`);
    expect(await find(networkCheck, { policies })).toEqual([
      `✓ subnet-public: ${subnetId} leads to ${InternetGatewayId}`,
    ]);
    expect(await find(networkCheck, { policies: { network: { kind: "vpc", vpcId, subnetIds: [subnetId] } } })).toEqual([
      `✗ subnet-without-address: ${subnetId} leads to ${InternetGatewayId}`,
    ]);
  });

  test("alarms are found by their names, and the topic of the operators by the alarms", async () => {
    const cloudwatch = new CloudWatchClient({});
    const sns = new SNSClient({});
    const { TopicArn: operations = "" } = await sns.send(new CreateTopicCommand({ Name: `${name}-operations` }));
    await sns.send(new SubscribeCommand({ TopicArn: topic, Protocol: "email", Endpoint: "ann@example.com" }));
    for (const noun of alarmNouns(parseConfiguration({ variants: [{ windows: 2022, kubernetes: "1.35" }] })))
      await cloudwatch.send(
        new PutMetricAlarmCommand({
          AlarmName: `${name}-${noun}`,
          ComparisonOperator: "GreaterThanThreshold",
          EvaluationPeriods: 1,
          MetricName: "Errors",
          Namespace: "AWS/Lambda",
          Period: 60,
          Statistic: "Sum",
          Threshold: 0,
          AlarmActions: [operations],
        }),
      );
    const people = {
      subscribers: [{ protocol: "email", endpoint: "ann@example.com" }],
      operators: [{ protocol: "email", endpoint: "bob@example.com" }],
    };

    const alarms = await find(alarmsCheck, people);
    expect(alarms.filter((one) => one.startsWith("✗"))).toEqual([]);
    expect(await find(subscribersCheck, people)).toEqual([
      "✓ subscribers-confirmed: subscribers: 1 confirmed",
      "✗ not-subscribed: operators: bob@example.com is not subscribed",
    ]);
  });

  test("the newest reconcile run is that of the stage's own metric", async () => {
    expect(await find(reconcileCheck)).toEqual(["✗ reconcile-never: no run has completed in the last 14 days"]);
    await new CloudWatchClient({}).send(
      new PutMetricDataCommand({
        Namespace: "eks-windows-images",
        MetricData: [
          {
            MetricName: "ReconcileDuration",
            Dimensions: [
              { Name: "service", Value: "reconcile" },
              { Name: "stage", Value: "production" },
            ],
            Timestamp: new Date(Date.now() - 600_000),
            Value: 900,
          },
        ],
      }),
    );
    const [found] = await find(reconcileCheck);
    expect(found).toMatch(/^✓ reconcile-recent: the newest run completed \d+ minutes ago$/);
  });

  test("the launch template of an Auto Scaling group says whether it maps the root volume", async () => {
    const ec2 = new EC2Client({});
    const { Images: [image] = [] } = await ec2.send(new DescribeImagesCommand({}));
    const LaunchTemplateName = "windows-web";
    const dataOf = (DeviceName: string) => ({
      ImageId: image?.ImageId,
      BlockDeviceMappings: [{ DeviceName, Ebs: { VolumeSize: 100 } }],
    });
    await ec2.send(new CreateLaunchTemplateCommand({ LaunchTemplateName, LaunchTemplateData: dataOf("/dev/sdf") }));
    await ec2.send(
      new CreateLaunchTemplateVersionCommand({ LaunchTemplateName, LaunchTemplateData: dataOf("/dev/sda1") }),
    );
    for (const Version of ["1", "2"])
      await new AutoScalingClient({}).send(
        new CreateAutoScalingGroupCommand({
          AutoScalingGroupName: `web-${Version}`,
          LaunchTemplate: { LaunchTemplateName, Version },
          VPCZoneIdentifier: aws.emulator.network.subnetId,
          MinSize: 0,
          MaxSize: 1,
        }),
      );
    const fleet = { variant: "windows-2022-core-1.35", kind: "auto-scaling-group" };
    const fleets = ["web-1", "web-2", "web-3"].map((group) => ({ ...fleet, name: group, group }));

    const found = await find(fastLaunchCheck, { fleets, policies: { fastLaunch: {} } });

    expect(found.slice(0, 3)).toEqual([
      expect.stringMatching(/^✓ fast-launch-usable: web-1: lt-\w+, version 1 maps no root volume$/),
      expect.stringMatching(/^\? fast-launch-mapped: web-2: lt-\w+, version 2 maps \/dev\/sda1$/),
      "? fast-launch-unread: web-3: there is no Auto Scaling group web-3",
    ]);
  });

  test("the grant of EC2's role for a key is found among others", async () => {
    const { Role } = await new IAMClient({}).send(
      new CreateRoleCommand({
        RoleName: "AWSServiceRoleForEC2FastLaunch",
        Path: "/aws-service-role/ec2fastlaunch.amazonaws.com/",
        AssumeRolePolicyDocument: '{"Statement":[]}',
      }),
    );
    const kms = new KMSClient({});
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    const key = KeyMetadata?.Arn ?? "";
    const policies = { fastLaunch: {}, volumeKeyArn: key };
    const grantTo = (GranteePrincipal = "") =>
      kms.send(new CreateGrantCommand({ KeyId: key, GranteePrincipal, Operations: ["CreateGrant"] }));
    const found = async () => (await find(fastLaunchCheck, { policies })).filter((one) => one.includes("launch-key"));
    const name = "AWSServiceRoleForEC2FastLaunch";

    await grantTo("arn:aws:iam::123456789012:role/web");
    expect(await found()).toEqual([`? fast-launch-key-unseen: ${name} has no grant for ${key}`]);

    await grantTo(Role?.Arn);
    expect(await found()).toEqual([`✓ fast-launch-key: ${name} has a grant for ${key}`]);
  });

  test("a role's path comes from IAM", async () => {
    const iam = new IAMClient({});
    await iam.send(
      new CreateRoleCommand({ RoleName: "deployers", Path: "/team/", AssumeRolePolicyDocument: '{"Statement":[]}' }),
    );
    const arn = "arn:aws:sts::123456789012:assumed-role/deployers/ann";
    expect(await policySource(iam, principalOf({ arn, account: "123456789012", partition: "aws" }))).toBe(
      "arn:aws:iam::123456789012:role/team/deployers",
    );
  });
});
