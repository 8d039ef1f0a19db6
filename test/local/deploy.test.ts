import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BatchGetProjectsCommand } from "@aws-sdk/client-codebuild";
import { PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { GetRolePolicyCommand } from "@aws-sdk/client-iam";
import { GetFunctionCommand } from "@aws-sdk/client-lambda";
import { HeadObjectCommand } from "@aws-sdk/client-s3";
import { GetScheduleCommand } from "@aws-sdk/client-scheduler";
import { ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { recipeHash } from "../../infra/recipe.ts";
import { type Emulator, startEmulator } from "../../local/aws/emulator.ts";
import { createClock } from "../../local/clock/clock.ts";
import { type Agent, startCodeBuildAgent } from "../../local/codebuild/agent.ts";
import { type Clients, createClients } from "../../local/deploy/clients.ts";
import { deploy } from "../../local/deploy/deploy.ts";
import type { Deployment } from "../../local/deploy/deployment.ts";
import { notCreated } from "../../local/deploy/not-created.ts";
import { installTools } from "../../local/tools/install.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

let dir: string;
let emulator: Emulator;
let agent: Agent;
let clients: Clients;

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
}, 120_000);

afterAll(async () => {
  await agent?.stop();
  await emulator?.stop();
  rmSync(dir, { recursive: true, force: true });
});

describe("the real program, deployed", () => {
  let deployment: Deployment;

  beforeAll(async () => {
    const { vpcId, subnetId } = emulator.network;
    const configFile = join(dir, "config.ts");
    writeFileSync(
      configFile,
      `import { config as theirs } from ${JSON.stringify(join(root, "config.ts"))};
       export const config = { ...theirs,
         policies: { ...theirs.policies, network: { kind: "vpc", vpcId: "${vpcId}", subnetIds: ["${subnetId}"] } },
         subscribers: [{ protocol: "email", endpoint: "windows@example.com" }] };`,
    );
    deployment = await deploy({
      emulator,
      codebuildUrl: agent.url,
      stage: "trial",
      root,
      configFile,
      dir: join(dir, "deployment"),
    });
  }, 60_000);

  test("has its schedules in the time zones they are meant in", async () => {
    const schedule = await clients.scheduler.send(
      new GetScheduleCommand({ Name: "eks-windows-images-trial-patch-tuesday" }),
    );

    expect(schedule).toMatchObject({
      ScheduleExpression: "cron(0 11 ? * TUE#2 *)",
      ScheduleExpressionTimezone: "America/Los_Angeles",
      Target: { Arn: deployment.queue.arn, Input: '{"trigger":"patch-tuesday"}' },
    });
  });

  test("gets the end of its own builds into its queue, not their start, and no other project's", async () => {
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
      new ReceiveMessageCommand({ QueueUrl: deployment.queue.url, MaxNumberOfMessages: 10, WaitTimeSeconds: 2 }),
    );
    expect(Messages.map(({ Body }) => JSON.parse(Body ?? "").detail["build-status"])).toEqual(["FAILED"]);
  });

  test("has a project at CodeBuild whose source, role and network exist", async () => {
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

  test("has functions that know the real names of everything", async () => {
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

  test("has a role for reconcile that names the real queue", async () => {
    const policy = await clients.iam.send(
      new GetRolePolicyCommand({ RoleName: deployment.reconcile.roleArn.split("/").at(-1), PolicyName: "inline" }),
    );

    expect(decodeURIComponent(policy.PolicyDocument ?? "")).toContain(deployment.queue.arn);
  });

  test("tells what the local runner has to do in Lambda's place", () => {
    expect(deployment.reconcile).toMatchObject({
      timeoutSeconds: 300,
      eventSource: { queue: deployment.queue, batchSize: 100, windowSeconds: 2, partialBatchResponse: false },
    });
    expect(deployment.api).toMatchObject({ url: { authorizationType: "AWS_IAM" } });
  });

  test("uses every reason not to create something", () => {
    const types = new Set(deployment.resources.map(({ type }) => type));

    expect(Object.keys(notCreated).filter((type) => !types.has(type))).toEqual([]);
  });

  test("stands beside another stage of the same account", async () => {
    const other = await deploy({
      emulator,
      codebuildUrl: agent.url,
      stage: "other",
      root,
      dir: join(dir, "other"),
    });

    expect(other.queue.url).not.toBe(deployment.queue.url);
    expect(other.channelsPrefix).toBe("/eks-windows-images/other/channels");
  }, 60_000);
});

describe("a program that cannot be deployed here fails by the name of", () => {
  test.each([
    [
      "a resource type that nobody knows",
      'new aws.kinesis.Stream("Odd", { shardCount: 1 })',
      /creating aws:kinesis\/stream:Stream Odd: nobody knows how/,
    ],
    [
      "an input that nobody knows",
      'new aws.sns.Topic("Odd", { name: "odd", fifoTopic: false, displayName: "Odd" })',
      /creating aws:sns\/topic:Topic Odd: .*displayName/s,
    ],
    [
      "a resource it expects to exist",
      'aws.sqs.Queue.get("Odd", "https://queue")',
      /looking up aws:sqs\/queue:Queue https:\/\/queue/,
    ],
    ["a data source that nobody knows", "aws.ec2.getAmiOutput({})", /looking up aws:ec2\/getAmi:getAmi/],
    [
      "what AWS refuses",
      'new aws.sqs.Queue("Odd", { name: "not a name", fifoQueue: false, contentBasedDeduplication: false, delaySeconds: 0, visibilityTimeoutSeconds: 1 })',
      /creating aws:sqs\/queue:Queue Odd: .*alphanumeric/,
    ],
    ["what it throws itself", 'throw new Error("no recipe")', /no recipe/],
  ])("%s", { timeout: 60_000 }, async (_, statement, message) => {
    const folder = mkdtempSync(join(dir, "program-"));
    const program = join(folder, "sst.config.ts");
    writeFileSync(
      program,
      `export default $config({ app: () => ({ name: "trial", home: "aws" }), async run() { ${statement}; } });`,
    );

    const deploying = deploy({ emulator, codebuildUrl: agent.url, stage: "odd", root, program, dir: folder });

    await expect(deploying).rejects.toThrow(message);
  });
});
