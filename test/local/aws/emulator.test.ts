import { constants, privateDecrypt } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateKeyPairCommand, GetPasswordDataCommand } from "@aws-sdk/client-ec2";
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateTopicCommand, PublishCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { CreateQueueCommand, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startEmulator } from "../../../local/aws/emulator.ts";
import { parameterName } from "../../../local/aws/public-images.ts";
import { createClock } from "../../../local/clock/clock.ts";
import { runCommand } from "../../../local/tools/programs.ts";
import { eventually } from "../eventually.ts";
import { base2022, type EmulatorWorkshop, openWorkshop } from "./emulator-workshop.ts";

let aws: EmulatorWorkshop;

beforeAll(async () => {
  aws = await openWorkshop();
});

afterAll(() => aws?.stop());

test("the administrator's password is encrypted with the key pair of the instance", async () => {
  const keyName = aws.fresh("key");
  const { KeyMaterial = "" } = await aws.ec2.send(new CreateKeyPairCommand({ KeyName: keyName }));
  const { id } = await aws.machine(keyName);
  const ask = async () => (await aws.ec2.send(new GetPasswordDataCommand({ InstanceId: id }))).PasswordData ?? "";
  const key = { key: KeyMaterial, padding: constants.RSA_PKCS1_PADDING };

  const passwords = [await ask(), await ask()].map((data) =>
    privateDecrypt(key, Buffer.from(data, "base64")).toString("utf8"),
  );

  expect(passwords[0]).toMatch(/^.{32}$/);
  expect(passwords[1]).toBe(passwords[0]);
  expect(await aws.emulator.password(id)).toBe(passwords[0]);
});

test("instances get addresses that exist on this machine", async () => {
  const { address } = await aws.machine();

  expect(address.startsWith(`${aws.emulator.network.prefix}.`)).toBe(true);
  expect(aws.emulator.network.prefix).toMatch(/^127\.\d+$/);
});

test("S3 works with a client that knows only the endpoint", async () => {
  const s3 = new S3Client(aws.access);
  await s3.send(new CreateBucketCommand({ Bucket: "artifacts" }));
  const body = Buffer.alloc(1_500_000, "recipe");

  await s3.send(new PutObjectCommand({ Bucket: "artifacts", Key: "source/a b.zip", Body: body }));
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: "artifacts", Key: "source/a b.zip" }));

  expect(Buffer.from((await Body?.transformToByteArray()) ?? []).equals(body)).toBe(true);
});

test("a topic's message reaches the subscribed queue", async () => {
  const name = aws.fresh("subscriber");
  const { QueueUrl } = await aws.sqs.send(new CreateQueueCommand({ QueueName: name }));
  const sns = new SNSClient(aws.access);
  const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: name }));
  const arn = `arn:aws:sqs:${aws.emulator.region}:${aws.emulator.accountId}:${name}`;
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: "sqs", Endpoint: arn }));

  await sns.send(new PublishCommand({ TopicArn, Subject: "published", Message: "a new image" }));

  const Messages = await eventually(
    "the message arrives",
    async () => (await aws.sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }))).Messages,
  );
  expect(JSON.parse(Messages[0]?.Body ?? "{}")).toMatchObject({ Subject: "published", Message: "a new image" });
});

test("the aws command line interface works against it", async () => {
  const { stdout } = await runCommand(
    "asking for a parameter",
    join(aws.tools.aws, "aws"),
    ["ssm", "get-parameter", "--name", parameterName(base2022), "--query", "Parameter.Value", "--output", "text"],
    { env: { ...process.env, ...aws.emulator.environment } },
  );

  expect(stdout.trim()).toBe(await aws.parameterValue(parameterName(base2022)));
});

test("two emulators have different ports and addresses, and stopping one does not affect the other", async () => {
  const dir = mkdtempSync(join(tmpdir(), "emulator-"));
  const other = await startEmulator({ tools: aws.tools, dir, clock: createClock(join(dir, "clock")) });
  const place = { port: other.port, prefix: other.network.prefix };

  await other.stop();

  expect(place.port).not.toBe(aws.emulator.port);
  expect(place.prefix).not.toBe(aws.emulator.network.prefix);
  await expect(other.calls()).rejects.toThrow();
  expect(await aws.emulator.calls()).not.toEqual([]);
});
