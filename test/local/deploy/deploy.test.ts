import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BatchGetProjectsCommand } from "@aws-sdk/client-codebuild";
import { PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { GetRolePolicyCommand, ListAttachedRolePoliciesCommand } from "@aws-sdk/client-iam";
import { GetFunctionCommand, GetPolicyCommand } from "@aws-sdk/client-lambda";
import { HeadObjectCommand } from "@aws-sdk/client-s3";
import { GetScheduleCommand } from "@aws-sdk/client-scheduler";
import { ListSubscriptionsByTopicCommand } from "@aws-sdk/client-sns";
import { ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { recipeHash } from "../../../infra/recipe.ts";
import { type Emulator, startEmulator } from "../../../local/aws/emulator.ts";
import { createClock } from "../../../local/clock/clock.ts";
import { type Agent, startCodeBuildAgent } from "../../../local/codebuild/agent.ts";
import { type Clients, createClients } from "../../../local/deploy/clients.ts";
import type { CreatedResource } from "../../../local/deploy/cloud.ts";
import { deploy } from "../../../local/deploy/deploy.ts";
import type { Deployment } from "../../../local/deploy/deployment.ts";
import { notCreated } from "../../../local/deploy/not-created.ts";
import { installTools } from "../../../local/tools/install.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));

let dir: string;
let emulator: Emulator;
let agent: Agent;
let clients: Clients;
const state: CreatedResource[] = [];

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "deploy-"));
  const clock = createClock(join(dir, "clock"));
  const tools = await installTools(() => {});
  emulator = await startEmulator({ tools, dir: join(dir, "aws"), clock });
  agent = await startCodeBuildAgent({
    emulatorUrl: emulator.url,
    infraCredentials: emulator.credentials,
    region: emulator.region,
    clock,
    tools,
    dir: join(dir, "codebuild"),
    log: () => {},
  });
  clients = createClients(emulator, agent.url);
});

afterAll(async () => {
  await agent?.stop();
  await emulator?.stop();
  rmSync(dir, { recursive: true, force: true });
});

describe("the real program, deployed", () => {
  let deployment: Deployment;

  /** @param changes is laid over the configuration */
  async function deployed(name: string, changes = "{ others: {} }"): Promise<Deployment> {
    const { vpcId, subnetId } = emulator.network;
    const configFile = join(dir, name, "config.ts");
    mkdirSync(join(dir, name));
    writeFileSync(
      configFile,
      `import { config as theirs } from ${JSON.stringify(join(root, "config.ts"))};
       const changes = ${changes};
       export const config = { ...theirs,
         policies: { ...theirs.policies, network: { kind: "vpc", vpcId: "${vpcId}", subnetIds: ["${subnetId}"] },
           ...(changes.policies ?? {}) },
         subscribers: [{ protocol: "email", endpoint: "windows@example.com" }],
         fleets: [{ name: "web", variant: "windows-2022-core-1.35", kind: "managed-node-group", cluster: "blue",
           group: "web", mode: "roll", window: "always" }],
         callers: ["arn:aws:iam::${emulator.accountId}:role/image-operators"], ...changes.others };`,
    );
    return await deploy({
      emulator,
      codebuildUrl: agent.url,
      stage: "trial",
      root,
      configFile,
      state,
      dir: join(dir, name),
    });
  }

  /** The names of the policies that are attached to a function's role. */
  async function policiesOf({ roleArn }: { roleArn: string }): Promise<string[]> {
    const { AttachedPolicies = [] } = await clients.iam.send(
      new ListAttachedRolePoliciesCommand({ RoleName: roleArn.split("/").at(-1) }),
    );
    return AttachedPolicies.map(({ PolicyName = "" }) => PolicyName);
  }

  beforeAll(async () => {
    deployment = await deployed("deployment");
  });

  test("has its schedules in the configured time zones", async () => {
    const schedule = await clients.scheduler.send(
      new GetScheduleCommand({ Name: "eks-windows-images-trial-patch-tuesday" }),
    );

    expect(schedule).toMatchObject({
      ScheduleExpression: "cron(0 11 ? * TUE#2 *)",
      ScheduleExpressionTimezone: "America/Los_Angeles",
      Target: { Arn: deployment.queue.arn, Input: '{"trigger":"patch-tuesday"}' },
    });
  });

  test.each([
    ["fleets", ["fleets-rolled-1"]],
    ["reconcile", ["fleets-observed-1", "fleets-observed-2", "fleets-reconciled-1"]],
  ])("gives the role of %s the permissions about fleets", async (noun, policies) => {
    const prefix = "eks-windows-images-trial-us-east-1-";

    const names = await policiesOf({ roleArn: `role/${prefix}${noun}` });

    expect(names.map((name) => name.replace(prefix, "")).toSorted()).toEqual(policies);
  });

  test("allows the callers of the configuration to call the function's URL", async () => {
    const { Policy } = await clients.lambda.send(new GetPolicyCommand({ FunctionName: deployment.api.name }));

    const { Statement } = JSON.parse(Policy ?? "") as { Statement: { Action: string; Principal: object }[] };
    expect(Statement.map(({ Action }) => Action).toSorted()).toEqual([
      "lambda:InvokeFunction",
      "lambda:InvokeFunctionUrl",
    ]);
    for (const { Principal } of Statement) expect(JSON.stringify(Principal)).toContain("role/image-operators");
  });

  test("receives the end of its own builds in its queue, but not their start and no other project's", async () => {
    const states = [
      [deployment.projectName, "IN_PROGRESS"],
      ["another-project", "SUCCEEDED"],
      [deployment.projectName, "FAILED"],
    ];

    await clients.events.send(
      new PutEventsCommand({
        Entries: states.map(([project, status]) => ({
          Source: "aws.codebuild",
          DetailType: "CodeBuild Build State Change",
          Detail: JSON.stringify({ "project-name": project, "build-status": status }),
        })),
      }),
    );

    const { Messages = [] } = await clients.sqs.send(
      new ReceiveMessageCommand({ QueueUrl: deployment.queue.url, MaxNumberOfMessages: 10, WaitTimeSeconds: 20 }),
    );
    expect(Messages.map(({ Body }) => JSON.parse(Body ?? "").detail["build-status"])).toEqual(["FAILED"]);
  });

  test("receives the write of a channel, but not a write whose image AWS rejected afterwards", async () => {
    const ssm = new SSMClient({ endpoint: emulator.url, region: emulator.region, credentials: emulator.credentials });
    const write = (name: string, Value: string) =>
      ssm.send(
        new PutParameterCommand({
          Name: `${deployment.channelsPrefix}/${name}`,
          Value,
          Type: "String",
          DataType: "aws:ec2:image",
        }),
      );
    // Fails if the emulator is gone. The limit is a last resort.
    const eventAbout = (name: string) =>
      vi.waitUntil(
        async () =>
          (await emulator.events()).find(({ detail }) => detail.name === `${deployment.channelsPrefix}/${name}`),
        { timeout: 3_600_000, interval: 50 },
      );
    const image = await emulator.addPublicImage({ name: "proved" });

    await write("rejected/stable", "ami-0123456789abcdef0");
    const rejected = await eventAbout("rejected/stable");
    await write("windows/stable", image);
    const written = await eventAbout("windows/stable");

    expect(rejected).toMatchObject({ detail: { exception: "Unable to Describe Resource" }, rules: [] });
    expect(written.rules).toEqual(["eks-windows-images-trial-channel-changed"]);
    const { Messages = [] } = await clients.sqs.send(
      new ReceiveMessageCommand({ QueueUrl: deployment.queue.url, MaxNumberOfMessages: 10, WaitTimeSeconds: 20 }),
    );
    expect(Messages.flatMap(({ Body = "" }) => JSON.parse(Body).detail.name ?? [])).toEqual([written.detail.name]);
  });

  test("has a CodeBuild project whose source and role exist", async () => {
    const { projects = [] } = await clients.codebuild.send(
      new BatchGetProjectsCommand({ names: [deployment.projectName] }),
    );

    expect(projects[0]).toMatchObject({
      serviceRole: deployment.buildRoleArn,
      source: { type: "S3", location: `${deployment.bucket}/source/${recipeHash(root)}.zip` },
    });
    const source = new HeadObjectCommand({ Bucket: deployment.bucket, Key: `source/${recipeHash(root)}.zip` });
    expect((await clients.s3.send(source)).ContentLength).toBeGreaterThan(1000);
  });

  test("has functions with the real names of all resources in their environment", async () => {
    const { Configuration } = await clients.lambda.send(
      new GetFunctionCommand({ FunctionName: deployment.reconcile.name }),
    );

    expect(Configuration?.Environment?.Variables).toEqual(deployment.reconcile.environment);
    expect(deployment.reconcile.environment).toMatchObject({
      QUEUE_URL: deployment.queue.url,
      TOPIC_ARN: deployment.topicArn,
      BUCKET: deployment.bucket,
      PROJECT_NAME: deployment.projectName,
    });
    expect(Configuration?.Role).toBe(deployment.reconcile.roleArn);
  });

  test("has a role for reconcile that refers to the real queue", async () => {
    const policy = await clients.iam.send(
      new GetRolePolicyCommand({ RoleName: deployment.reconcile.roleArn.split("/").at(-1), PolicyName: "inline" }),
    );

    expect(decodeURIComponent(policy.PolicyDocument ?? "")).toContain(deployment.queue.arn);
  });

  test("describes the event source and the URL that the local runner replaces", () => {
    expect(deployment.reconcile).toMatchObject({
      timeoutSeconds: 300,
      eventSource: { queue: deployment.queue, batchSize: 100, windowSeconds: 1, partialBatchResponse: false },
    });
    expect(deployment.api).toMatchObject({ url: { authorizationType: "AWS_IAM" } });
  });

  test("contains every type that not-created.ts lists", () => {
    const types = new Set(deployment.resources.map(({ type }) => type));

    expect(Object.keys(notCreated).filter((type) => !types.has(type))).toEqual([]);
  });

  test("deployed once more as it is changes nothing", async () => {
    const again = await deployed("again");

    expect(again.changes).toEqual([]);
    expect(again).toMatchObject({ queue: deployment.queue, topicArn: deployment.topicArn, bucket: deployment.bucket });
  });

  test("deployed with another configuration changes what differs, removes what is gone, and can go back", async () => {
    const changed = await deployed(
      "changed",
      `{ policies: { baseAmiSchedule: "rate(30 minutes)", logRetentionDays: 7, functionUrl: false },
         others: { subscribers: [{ protocol: "email", endpoint: "linux@example.com" }], fleets: [], callers: [] } }`,
    );

    const names = (how: string) => changed.changes.filter((one) => one.how === how).map(({ name }) => name);
    expect(names("changed")).toEqual(expect.arrayContaining(["BaseAmis", "ReconcileLogs", "ReconcileFunction"]));
    expect(names("changed")).not.toContain("Builds");
    expect(names("removed")).toContainEqual(expect.stringMatching(/^Caller\w+Url$/));
    const { ScheduleExpression } = await clients.scheduler.send(
      new GetScheduleCommand({ Name: "eks-windows-images-trial-base-ami" }),
    );
    expect(ScheduleExpression).toBe("rate(30 minutes)");
    const { Subscriptions = [] } = await clients.sns.send(
      new ListSubscriptionsByTopicCommand({ TopicArn: changed.topicArn }),
    );
    expect(Subscriptions.map(({ Endpoint }) => Endpoint)).toEqual(["linux@example.com"]);
    expect(changed.api.url).toBeUndefined();
    expect(await policiesOf(changed.reconcile)).toEqual([]);

    const restored = await deployed("restored");

    expect(restored.api.url).toEqual(deployment.api.url);
    expect(await policiesOf(restored.reconcile)).toHaveLength(3);
  });

  test("can coexist with another stage in the same account", async () => {
    const other = await deploy({
      emulator,
      codebuildUrl: agent.url,
      stage: "other",
      root,
      dir: join(dir, "other"),
    });

    expect(other.queue.url).not.toBe(deployment.queue.url);
    expect(other.channelsPrefix).toBe("/eks-windows-images/other/channels");
  });
});
