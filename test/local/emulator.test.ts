import { constants, privateDecrypt } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateImageCommand,
  CreateKeyPairCommand,
  DescribeImagesCommand,
  DescribeSnapshotsCommand,
  DisableImageCommand,
  EC2Client,
  GetPasswordDataCommand,
  RunInstancesCommand,
} from "@aws-sdk/client-ec2";
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from "@aws-sdk/client-eventbridge";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateTopicCommand, PublishCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import {
  DeleteParameterCommand,
  GetParameterCommand,
  GetParametersCommand,
  PutParameterCommand,
  SSMClient,
} from "@aws-sdk/client-ssm";
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Emulator, startEmulator } from "../../local/aws/emulator.ts";
import { parameterName, publishAll, publishImage } from "../../local/aws/public-images.ts";
import { type Clock, createClock } from "../../local/clock/clock.ts";
import { runCommand } from "../../local/tools/command.ts";
import { installTools, type Tools } from "../../local/tools/install.ts";

const amazon = "801119661308";
const base2022 = { windows: 2022, edition: "Core", base: "Base" } as const;

let tools: Tools;
let clock: Clock;
let emulator: Emulator;
let ec2: EC2Client;
let ssm: SSMClient;
let sqs: SQSClient;
let number = 0;

beforeAll(async () => {
  tools = await installTools(() => {});
  const dir = mkdtempSync(join(tmpdir(), "emulator-"));
  clock = createClock(join(dir, "clock"), new Date("2026-11-05T12:00:00Z"));
  emulator = await startEmulator({ tools, dir, clock });
  ec2 = new EC2Client(access());
  ssm = new SSMClient(access());
  sqs = new SQSClient(access());
  await publishAll(emulator, new Date("2026-10-20T00:00:00Z"));
}, 30_000);

afterAll(() => emulator.stop());

function access() {
  return { endpoint: emulator.url, region: emulator.region, credentials: emulator.credentials };
}

function fresh(what: string): string {
  number += 1;
  return `${what}-${number}`;
}

async function parameterValue(parameter: string): Promise<string | undefined> {
  const { Parameters = [] } = await ssm.send(new GetParametersCommand({ Names: [parameter] }));
  return Parameters[0]?.Value;
}

async function machine(keyName?: string) {
  const image = await parameterValue(parameterName(base2022));
  const { Instances = [] } = await ec2.send(
    new RunInstancesCommand({
      ImageId: image,
      InstanceType: "m7i.xlarge",
      MinCount: 1,
      MaxCount: 1,
      SubnetId: emulator.network.subnetId,
      KeyName: keyName,
    }),
  );
  const [instance] = Instances;
  if (!instance?.InstanceId) throw new Error("running an instance: none came");
  return { id: instance.InstanceId, address: instance.PrivateIpAddress ?? "" };
}

async function image() {
  const tags = [{ Key: "eks-windows-images:variant", Value: "windows-2022-core-1.35" }];
  const { ImageId = "" } = await ec2.send(
    new CreateImageCommand({
      InstanceId: (await machine()).id,
      Name: fresh("image"),
      TagSpecifications: [
        { ResourceType: "image", Tags: tags },
        { ResourceType: "snapshot", Tags: tags },
      ],
    }),
  );
  return ImageId;
}

/** A queue that receives what a rule on the default bus lets through. */
async function subscribed(pattern: object): Promise<() => Promise<Record<string, unknown>[]>> {
  const name = fresh("queue");
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
  const events = new EventBridgeClient(access());
  await events.send(new PutRuleCommand({ Name: name, EventPattern: JSON.stringify(pattern) }));
  const arn = `arn:aws:sqs:${emulator.region}:${emulator.accountId}:${name}`;
  await events.send(new PutTargetsCommand({ Rule: name, Targets: [{ Id: "queue", Arn: arn }] }));
  return async () => {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }));
    return Messages.map(({ Body = "" }) => JSON.parse(Body));
  };
}

test("AWS's public parameters name images of Amazon's with their dates", async () => {
  const parameter = parameterName({ windows: 2022, edition: "Core", base: "EKS_Optimized", kubernetes: "1.35" });

  const { Parameters = [] } = await ssm.send(
    new GetParametersCommand({ Names: [parameter, `${parameter}/image_id`, parameterName(base2022)] }),
  );
  const values = new Map(Parameters.map(({ Name, Value = "" }) => [Name, Value]));
  const details = JSON.parse(values.get(parameter) ?? "");
  const { Images = [] } = await ec2.send(
    new DescribeImagesCommand({ Owners: ["amazon"], ImageIds: [details.image_id] }),
  );

  expect(details).toEqual({
    image_id: values.get(`${parameter}/image_id`),
    image_name: "Windows_Server-2022-English-Core-EKS_Optimized-1.35-2026.10.20",
    release_version: "1.35-2026.10.20",
  });
  expect(Images).toMatchObject([
    { OwnerId: amazon, Platform: "windows", Public: true, CreationDate: "2026-10-20T00:00:00.000Z" },
  ]);
  expect(values.get(parameterName(base2022))).toMatch(/^ami-[0-9a-f]{17}$/);
});

test("Windows 2025 has neither ContainersLatest nor an EKS image before 1.35", async () => {
  const names = [
    parameterName({ windows: 2025, edition: "Core", base: "ContainersLatest" }),
    `${parameterName({ windows: 2025, edition: "Core", base: "EKS_Optimized", kubernetes: "1.34" })}/image_id`,
    `${parameterName({ windows: 2025, edition: "Core", base: "EKS_Optimized", kubernetes: "1.35" })}/image_id`,
    parameterName({ windows: 2019, edition: "Full", base: "ContainersLatest" }),
  ];

  const { InvalidParameters } = await ssm.send(new GetParametersCommand({ Names: names }));

  expect(InvalidParameters).toEqual(names.slice(0, 2));
});

test("a new release moves the public parameter and emits no event", async () => {
  const variant = { windows: 2019, edition: "Full", base: "EKS_Optimized", kubernetes: "1.34" } as const;
  const before = await parameterValue(`${parameterName(variant)}/image_id`);
  const eventsBefore = await emulator.events();

  const id = await publishImage(emulator, variant, new Date("2026-11-04T00:00:00Z"));

  expect(id).not.toBe(before);
  expect(await parameterValue(`${parameterName(variant)}/image_id`)).toBe(id);
  expect(await emulator.events(eventsBefore.length)).not.toContainEqual(
    expect.objectContaining({ detail: expect.objectContaining({ name: expect.stringContaining("/aws/") }) }),
  );
});

test("nobody may write AWS's parameters", async () => {
  const write = ssm.send(
    new PutParameterCommand({ Name: parameterName(base2022), Value: "ami-1", Type: "String", Overwrite: true }),
  );

  await expect(write).rejects.toThrow(/No access to reserved parameter name/);
});

test("an administrator's password comes back under the key pair that the instance was started with", async () => {
  const keyName = fresh("key");
  const { KeyMaterial = "" } = await ec2.send(new CreateKeyPairCommand({ KeyName: keyName }));
  const { id } = await machine(keyName);
  const ask = async () => (await ec2.send(new GetPasswordDataCommand({ InstanceId: id }))).PasswordData ?? "";
  const key = { key: KeyMaterial, padding: constants.RSA_PKCS1_PADDING };

  const passwords = [await ask(), await ask()].map((data) =>
    privateDecrypt(key, Buffer.from(data, "base64")).toString("utf8"),
  );

  expect(passwords[0]).toMatch(/^.{32}$/);
  expect(passwords[1]).toBe(passwords[0]);
  expect(await emulator.password(id)).toBe(passwords[0]);
});

test("instances get addresses that exist on this machine", async () => {
  const { address } = await machine();

  expect(address.startsWith(`${emulator.network.prefix}.`)).toBe(true);
  expect(emulator.network.prefix).toMatch(/^127\.\d+$/);
});

test("an image of ours bears its tags, its date on the stack's clock, and tags on its snapshot", async () => {
  const id = await image();

  const { Images = [] } = await ec2.send(new DescribeImagesCommand({ Owners: ["self"], ImageIds: [id] }));
  const snapshot = Images[0]?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId ?? "";
  const { Snapshots = [] } = await ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: [snapshot] }));

  const tags = [{ Key: "eks-windows-images:variant", Value: "windows-2022-core-1.35" }];
  expect(Images).toMatchObject([{ State: "available", Platform: "windows", RootDeviceType: "ebs", Tags: tags }]);
  expect(Images[0]?.CreationDate?.slice(0, 10)).toBe(clock.now().toISOString().slice(0, 10));
  expect(Snapshots[0]?.Tags).toEqual(tags);
});

test("a disabled image shows only to those who ask for disabled ones", async () => {
  const id = await image();
  await ec2.send(new DisableImageCommand({ ImageId: id }));

  const plain = await ec2.send(new DescribeImagesCommand({ Owners: ["self"], ImageIds: [id] }));
  const all = await ec2.send(new DescribeImagesCommand({ Owners: ["self"], ImageIds: [id], IncludeDisabled: true }));

  expect(plain.Images).toEqual([]);
  expect(all.Images).toMatchObject([{ ImageId: id, State: "disabled" }]);
});

test("a channel's parameter is written after its image was found, and the default bus hears of it", async () => {
  const name = `/eks-windows-images/test/channels/${fresh("variant")}/stable`;
  const received = await subscribed({
    source: ["aws.ssm"],
    "detail-type": ["Parameter Store Change"],
    detail: { name: [{ prefix: name }] },
  });
  const id = await image();

  const { Version } = await ssm.send(
    new PutParameterCommand({ Name: name, Value: id, Type: "String", DataType: "aws:ec2:image" }),
  );
  const atOnce = await parameterValue(name);
  const [event] = await received();

  expect(Version).toBe(1);
  expect(atOnce).toBeUndefined();
  expect(event).toMatchObject({
    source: "aws.ssm",
    "detail-type": "Parameter Store Change",
    account: emulator.accountId,
    region: emulator.region,
    resources: [`arn:aws:ssm:us-east-1:123456789012:parameter${name}`],
    detail: { operation: "Create", name, type: "String", dataType: "aws:ec2:image" },
  });
  expect(event?.detail).not.toHaveProperty("exception");
  expect(await parameterValue(name)).toBe(id);
});

test("a parameter that names no image is answered with 200 and ends in an exception and nothing written", async () => {
  const name = `/eks-windows-images/test/channels/${fresh("variant")}/stable`;
  const received = await subscribed({ source: ["aws.ssm"], detail: { name: [name] } });

  const { Version } = await ssm.send(
    new PutParameterCommand({
      Name: name,
      Value: "ami-0123456789abcdef0",
      Type: "String",
      DataType: "aws:ec2:image",
    }),
  );
  const [event] = await received();

  expect(Version).toBe(1);
  expect(event?.detail).toEqual({
    operation: "Create",
    name,
    type: "String",
    dataType: "aws:ec2:image",
    exception: "Unable to Describe Resource",
  });
  expect(await parameterValue(name)).toBeUndefined();
});

test("an update to a missing image leaves the channel where it was", async () => {
  const name = `/eks-windows-images/test/channels/${fresh("variant")}/stable`;
  const id = await image();
  const received = await subscribed({ source: ["aws.ssm"], detail: { name: [name] } });
  const put = (Value: string) =>
    ssm.send(
      new PutParameterCommand({ Name: name, Value, Type: "String", DataType: "aws:ec2:image", Overwrite: true }),
    );

  await put(id);
  const [created] = await received();
  await put("ami-0123456789abcdef0");
  const [updated] = await received();

  expect(created?.detail).toMatchObject({ operation: "Create" });
  expect(updated?.detail).toMatchObject({ operation: "Update", exception: "Unable to Describe Resource" });
  const { Parameter } = await ssm.send(new GetParameterCommand({ Name: name }));
  expect(Parameter).toMatchObject({ Value: id, Version: 1 });
});

test("plain parameters of ours say that they were created, updated and deleted", async () => {
  const name = `/eks-windows-images/test/requests/${fresh("variant")}`;
  const first = (await emulator.events()).length;

  await ssm.send(new PutParameterCommand({ Name: name, Value: "one", Type: "String" }));
  await ssm.send(new PutParameterCommand({ Name: name, Value: "two", Type: "String", Overwrite: true }));
  await ssm.send(new DeleteParameterCommand({ Name: name }));

  const events = (await emulator.events(first)).filter(({ detail }) => detail.name === name);
  expect(events.map(({ detail }) => detail.operation)).toEqual(["Create", "Update", "Delete"]);
  expect(events[0]).toMatchObject({ bus: "default", source: "aws.ssm", detailType: "Parameter Store Change" });
});

test("what is recorded of a call: who, what, on which resource, when, and how it ended", async () => {
  const roleName = fresh("role");
  const { Role } = await new IAMClient(access()).send(
    new CreateRoleCommand({ RoleName: roleName, AssumeRolePolicyDocument: "{}" }),
  );
  const { Credentials: assumed } = await new STSClient(access()).send(
    new AssumeRoleCommand({ RoleArn: Role?.Arn, RoleSessionName: "session" }),
  );
  const credentials = {
    accessKeyId: assumed?.AccessKeyId ?? "",
    secretAccessKey: assumed?.SecretAccessKey ?? "",
    sessionToken: assumed?.SessionToken,
  };
  const first = (await emulator.calls()).length;

  await new STSClient({ ...access(), credentials }).send(new GetCallerIdentityCommand({}));
  // One attempt: this process is not on the stack's clock, which the SDK takes for a reason to try again.
  await new EC2Client({ ...access(), credentials, maxAttempts: 1 })
    .send(new DescribeImagesCommand({ ImageIds: ["ami-0123456789abcdef0"] }))
    .catch(() => {});
  await new SSMClient(access()).send(new GetParametersCommand({ Names: ["/some/name"] }));
  await new S3Client(access()).send(new CreateBucketCommand({ Bucket: "recorded" }));

  const calls = await emulator.calls(first);
  expect(calls).toMatchObject([
    { service: "sts", operation: "GetCallerIdentity", role: roleName, status: 200, error: null },
    {
      service: "ec2",
      operation: "DescribeImages",
      parameters: { ImageIds: ["ami-0123456789abcdef0"] },
      accessKeyId: credentials.accessKeyId,
      role: roleName,
      status: 400,
      error: "InvalidAMIID.NotFound",
    },
    { service: "ssm", operation: "GetParameters", parameters: { Names: ["/some/name"] }, role: null },
    { service: "s3", operation: "CreateBucket", parameters: { Bucket: "recorded" } },
  ]);
  expect(Math.abs(Date.parse(calls[0]?.time ?? "") - clock.now().getTime())).toBeLessThan(20_000);
});

test("S3 works with a client that was told nothing but the endpoint", async () => {
  const s3 = new S3Client(access());
  await s3.send(new CreateBucketCommand({ Bucket: "artifacts" }));
  const body = Buffer.alloc(1_500_000, "recipe");

  await s3.send(new PutObjectCommand({ Bucket: "artifacts", Key: "source/a b.zip", Body: body }));
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: "artifacts", Key: "source/a b.zip" }));

  expect(Buffer.from((await Body?.transformToByteArray()) ?? []).equals(body)).toBe(true);
});

test("a topic's message reaches the queue that subscribed", async () => {
  const name = fresh("subscriber");
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
  const sns = new SNSClient(access());
  const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: name }));
  const arn = `arn:aws:sqs:${emulator.region}:${emulator.accountId}:${name}`;
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: "sqs", Endpoint: arn }));

  await sns.send(new PublishCommand({ TopicArn, Subject: "published", Message: "a new image" }));

  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }));
  expect(JSON.parse(Messages[0]?.Body ?? "{}")).toMatchObject({ Subject: "published", Message: "a new image" });
});

test("the aws command line interface works against it", async () => {
  const { stdout } = await runCommand(
    "asking for a parameter",
    join(tools.aws, "aws"),
    ["ssm", "get-parameter", "--name", parameterName(base2022), "--query", "Parameter.Value", "--output", "text"],
    { env: { ...process.env, ...emulator.environment } },
  );

  expect(stdout.trim()).toBe(await parameterValue(parameterName(base2022)));
});

test("two emulators side by side take different ports and addresses, and one that stops takes nothing along", async () => {
  const dir = mkdtempSync(join(tmpdir(), "emulator-"));
  const other = await startEmulator({ tools, dir, clock: createClock(join(dir, "clock")) });
  const place = { port: other.port, prefix: other.network.prefix };

  await other.stop();

  expect(place.port).not.toBe(emulator.port);
  expect(place.prefix).not.toBe(emulator.network.prefix);
  await expect(other.calls()).rejects.toThrow();
  expect(await emulator.calls()).not.toEqual([]);
});

test("the emulator follows the clock when it advances", async () => {
  const before = await image();
  clock.advanceTo(new Date(clock.now().getTime() + 30 * 24 * 3600 * 1000));
  const after = await image();

  const { Images = [] } = await ec2.send(new DescribeImagesCommand({ ImageIds: [before, after] }));

  const [older = 0, newer = 0] = [before, after].map((id) =>
    Date.parse(Images.find(({ ImageId }) => ImageId === id)?.CreationDate ?? ""),
  );
  expect(Math.round((newer - older) / (24 * 3600 * 1000))).toBe(30);
});
