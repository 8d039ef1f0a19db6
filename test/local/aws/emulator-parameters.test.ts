import { DescribeImagesCommand } from "@aws-sdk/client-ec2";
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from "@aws-sdk/client-eventbridge";
import { CreateQueueCommand, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import {
  DeleteParameterCommand,
  GetParameterCommand,
  GetParametersCommand,
  PutParameterCommand,
} from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parameterName, publishImage } from "../../../local/aws/public-images.ts";
import { eventually } from "../eventually.ts";
import { base2022, type EmulatorWorkshop, openWorkshop } from "./emulator-workshop.ts";

const amazon = "801119661308";

let aws: EmulatorWorkshop;

beforeAll(async () => {
  aws = await openWorkshop();
});

afterAll(() => aws?.stop());

/** Subscribes a queue to a rule on the default bus. Returns a function that waits for the queue's next events. */
async function subscribed(pattern: object): Promise<() => Promise<Record<string, unknown>[]>> {
  const name = aws.fresh("queue");
  const { QueueUrl } = await aws.sqs.send(new CreateQueueCommand({ QueueName: name }));
  const events = new EventBridgeClient(aws.access);
  await events.send(new PutRuleCommand({ Name: name, EventPattern: JSON.stringify(pattern) }));
  const arn = `arn:aws:sqs:${aws.emulator.region}:${aws.emulator.accountId}:${name}`;
  await events.send(new PutTargetsCommand({ Rule: name, Targets: [{ Id: "queue", Arn: arn }] }));
  return () =>
    eventually("an event arrives", async () => {
      const { Messages } = await aws.sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }));
      return Messages?.map(({ Body = "" }) => JSON.parse(Body));
    });
}

test("AWS's public parameters name Amazon's images with their dates", async () => {
  const parameter = parameterName({ windows: 2022, edition: "Core", base: "EKS_Optimized", kubernetes: "1.35" });

  const { Parameters = [] } = await aws.ssm.send(
    new GetParametersCommand({ Names: [parameter, `${parameter}/image_id`, parameterName(base2022)] }),
  );
  const values = new Map(Parameters.map(({ Name, Value = "" }) => [Name, Value]));
  const details = JSON.parse(values.get(parameter) ?? "");
  const { Images = [] } = await aws.ec2.send(
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

test("Windows 2025 has no ContainersLatest image and no EKS image before 1.35", async () => {
  const names = [
    parameterName({ windows: 2025, edition: "Core", base: "ContainersLatest" }),
    `${parameterName({ windows: 2025, edition: "Core", base: "EKS_Optimized", kubernetes: "1.34" })}/image_id`,
    `${parameterName({ windows: 2025, edition: "Core", base: "EKS_Optimized", kubernetes: "1.35" })}/image_id`,
    parameterName({ windows: 2019, edition: "Full", base: "ContainersLatest" }),
  ];

  const { InvalidParameters } = await aws.ssm.send(new GetParametersCommand({ Names: names }));

  expect(InvalidParameters).toEqual(names.slice(0, 2));
});

test("a new release moves the public parameter and emits no event", async () => {
  const variant = { windows: 2019, edition: "Full", base: "EKS_Optimized", kubernetes: "1.34" } as const;
  const before = await aws.parameterValue(`${parameterName(variant)}/image_id`);
  const eventsBefore = await aws.emulator.events();

  const id = await publishImage(aws.emulator, variant, new Date("2026-11-04T00:00:00Z"));

  expect(id).not.toBe(before);
  expect(await aws.parameterValue(`${parameterName(variant)}/image_id`)).toBe(id);
  expect(await aws.emulator.events(eventsBefore.length)).not.toContainEqual(
    expect.objectContaining({ detail: expect.objectContaining({ name: expect.stringContaining("/aws/") }) }),
  );
});

test("no caller may write AWS's parameters", async () => {
  const write = aws.ssm.send(
    new PutParameterCommand({ Name: parameterName(base2022), Value: "ami-1", Type: "String", Overwrite: true }),
  );

  await expect(write).rejects.toThrow(/No access to reserved parameter name/);
});

test("a channel's parameter is written after its image was found, and the default bus gets an event", async () => {
  const name = `/eks-windows-images/test/channels/${aws.fresh("variant")}/stable`;
  const received = await subscribed({
    source: ["aws.ssm"],
    "detail-type": ["Parameter Store Change"],
    detail: { name: [{ prefix: name }] },
  });
  const id = await aws.image();

  await aws.emulator.parameterValidation({ hold: true });
  const { Version } = await aws.ssm.send(
    new PutParameterCommand({ Name: name, Value: id, Type: "String", DataType: "aws:ec2:image" }),
  );
  const atOnce = await aws.parameterValue(name);
  const pending = await aws.emulator.pendingValidations();
  await aws.emulator.parameterValidation({ hold: false });
  const [event] = await received();

  expect(Version).toBe(1);
  expect(atOnce).toBeUndefined();
  expect([pending, await aws.emulator.pendingValidations()]).toEqual([1, 0]);
  expect(event).toMatchObject({
    source: "aws.ssm",
    "detail-type": "Parameter Store Change",
    account: aws.emulator.accountId,
    region: aws.emulator.region,
    resources: [`arn:aws:ssm:us-east-1:123456789012:parameter${name}`],
    detail: { operation: "Create", name, type: "String", dataType: "aws:ec2:image" },
  });
  expect(event?.detail).not.toHaveProperty("exception");
  expect(await aws.parameterValue(name)).toBe(id);
});

test("a write that names no image is answered with 200, then ends in an exception, and nothing is written", async () => {
  const name = `/eks-windows-images/test/channels/${aws.fresh("variant")}/stable`;
  const received = await subscribed({ source: ["aws.ssm"], detail: { name: [name] } });

  const { Version } = await aws.ssm.send(
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
  expect(await aws.parameterValue(name)).toBeUndefined();
});

test("an update to a missing image leaves the channel unchanged", async () => {
  const name = `/eks-windows-images/test/channels/${aws.fresh("variant")}/stable`;
  const id = await aws.image();
  const received = await subscribed({ source: ["aws.ssm"], detail: { name: [name] } });
  const put = (Value: string) =>
    aws.ssm.send(
      new PutParameterCommand({ Name: name, Value, Type: "String", DataType: "aws:ec2:image", Overwrite: true }),
    );

  await put(id);
  const [created] = await received();
  await put("ami-0123456789abcdef0");
  const [updated] = await received();

  expect(created?.detail).toMatchObject({ operation: "Create" });
  expect(updated?.detail).toMatchObject({ operation: "Update", exception: "Unable to Describe Resource" });
  const { Parameter } = await aws.ssm.send(new GetParameterCommand({ Name: name }));
  expect(Parameter).toMatchObject({ Value: id, Version: 1 });
});

test("plain parameters emit events when they are created, updated and deleted", async () => {
  const name = `/eks-windows-images/test/requests/${aws.fresh("variant")}`;
  const first = (await aws.emulator.events()).length;

  await aws.ssm.send(new PutParameterCommand({ Name: name, Value: "one", Type: "String" }));
  await aws.ssm.send(new PutParameterCommand({ Name: name, Value: "two", Type: "String", Overwrite: true }));
  await aws.ssm.send(new DeleteParameterCommand({ Name: name }));

  const events = (await aws.emulator.events(first)).filter(({ detail }) => detail.name === name);
  expect(events.map(({ detail }) => detail.operation)).toEqual(["Create", "Update", "Delete"]);
  expect(events[0]).toMatchObject({ bus: "default", source: "aws.ssm", detailType: "Parameter Store Change" });
});

test("Parameter Store rejects the configured number of writes and accepts the next one", async () => {
  const name = `/eks-windows-images/test/channels/${aws.fresh("variant")}/stable`;
  const received = await subscribed({ source: ["aws.ssm"], detail: { name: [name] } });
  const id = await aws.image();
  const put = () =>
    aws.ssm.send(new PutParameterCommand({ Name: name, Value: id, Type: "String", DataType: "aws:ec2:image" }));

  await aws.emulator.parameterValidation({ reject: 1 });
  await put();
  const [rejected] = await received();
  await put();
  const [accepted] = await received();

  expect(rejected?.detail).toMatchObject({ operation: "Create", exception: "Unable to Describe Resource" });
  expect(accepted?.detail).not.toHaveProperty("exception");
  expect(await aws.parameterValue(name)).toBe(id);
});

test("Parameter Store validates an image after the configured delay", async () => {
  const name = `/eks-windows-images/test/channels/${aws.fresh("variant")}/stable`;
  const id = await aws.image();

  await aws.emulator.parameterValidation({ delayMs: 1_500 });
  const began = performance.now();
  await aws.ssm.send(new PutParameterCommand({ Name: name, Value: id, Type: "String", DataType: "aws:ec2:image" }));
  await aws.emulator.parameterValidation({ delayMs: 300 });
  await eventually("the parameter is written", async () => (await aws.parameterValue(name)) === id);

  expect(performance.now() - began).toBeGreaterThan(1_400);
});
