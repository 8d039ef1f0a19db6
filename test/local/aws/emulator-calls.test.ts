import {
  DescribeImagesCommand,
  EC2Client,
  type InstanceMetadataOptionsRequest,
  ModifyImageAttributeCommand,
  RunInstancesCommand,
} from "@aws-sdk/client-ec2";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListBucketsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { ListSchedulesCommand, SchedulerClient } from "@aws-sdk/client-scheduler";
import { ListTopicsCommand, SNSClient } from "@aws-sdk/client-sns";
import { ListQueuesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { DescribeParametersCommand, GetParametersCommand, PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type EmulatorWorkshop, openWorkshop } from "./emulator-workshop.ts";

let aws: EmulatorWorkshop;

beforeAll(async () => {
  aws = await openWorkshop();
});

afterAll(() => aws?.stop());

test("a call is recorded with its caller, operation, resource, time and result", async () => {
  const { roleName, credentials } = await assumedRole();
  const first = (await aws.emulator.calls()).length;
  const before = aws.clock.now();

  await new STSClient({ ...aws.access, credentials }).send(new GetCallerIdentityCommand({}));
  // One attempt: this process is not on the stack's clock, and the SDK would retry because of the difference.
  await new EC2Client({ ...aws.access, credentials, maxAttempts: 1 })
    .send(new DescribeImagesCommand({ ImageIds: ["ami-0123456789abcdef0"] }))
    .catch(() => {});
  await new SSMClient(aws.access).send(new GetParametersCommand({ Names: ["/some/name"] }));
  await new S3Client(aws.access).send(new CreateBucketCommand({ Bucket: "recorded" }));

  const calls = await aws.emulator.calls(first);
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
  expect(isBetween(calls[0]?.time, before, aws.clock.now())).toBe(true);
});

test("a call for one version of an object is recorded with the version", async () => {
  const s3 = new S3Client(aws.access);
  const object = { Bucket: "versioned", Key: "source/a.zip" };
  await s3.send(new CreateBucketCommand({ Bucket: object.Bucket }));
  await s3.send(
    new PutBucketVersioningCommand({ Bucket: object.Bucket, VersioningConfiguration: { Status: "Enabled" } }),
  );
  const { VersionId } = await s3.send(new PutObjectCommand({ ...object, Body: "first" }));
  await s3.send(new PutObjectCommand({ ...object, Body: "second" }));
  const first = (await aws.emulator.calls()).length;

  const { Body } = await s3.send(new GetObjectCommand({ ...object, VersionId }));
  await s3.send(new GetObjectCommand(object));

  expect(await Body?.transformToString()).toBe("first");
  const calls = await aws.emulator.calls(first);
  expect(calls.map(({ parameters }) => parameters)).toEqual([{ ...object, VersionId }, object]);
});

test("a role starts an instance only if it requires metadata tokens, as its organization demands", async () => {
  const { credentials } = await assumedRole();
  const image = await aws.image();
  await aws.ec2.send(new ModifyImageAttributeCommand({ ImageId: image, ImdsSupport: { Value: "v2.0" } }));
  const ec2 = new EC2Client({ ...aws.access, credentials, maxAttempts: 1 });
  const run = (MetadataOptions?: InstanceMetadataOptionsRequest) =>
    ec2.send(
      new RunInstancesCommand({
        ImageId: image,
        InstanceType: "m7i.xlarge",
        MinCount: 1,
        MaxCount: 1,
        MetadataOptions,
      }),
    );

  for (const options of [undefined, { HttpTokens: "optional" as const }])
    await expect(run(options)).rejects.toMatchObject({ name: "UnauthorizedOperation" });
  expect((await run({ HttpTokens: "required" })).Instances).toHaveLength(1);
});

describe("Injected failures", () => {
  /** One attempt: this process is not on the stack's clock, and the SDK would retry because of the difference. */
  const once = () => ({ ...aws.access, maxAttempts: 1 });
  const ask = (client = new SSMClient(once())) =>
    client.send(new GetParametersCommand({ Names: ["/some/name"] })).then(
      () => "answered",
      (error: Error) => `${error.name}: ${error.message}`,
    );

  test.each([
    ["ssm", () => new SSMClient(once()).send(new GetParametersCommand({ Names: ["/some/name"] }))],
    ["ec2", () => new EC2Client(once()).send(new DescribeImagesCommand({ Owners: ["self"] }))],
    ["s3", () => new S3Client(once()).send(new ListBucketsCommand({}))],
    ["sns", () => new SNSClient(once()).send(new ListTopicsCommand({}))],
    ["sqs", () => new SQSClient(once()).send(new ListQueuesCommand({}))],
    ["scheduler", () => new SchedulerClient(once()).send(new ListSchedulesCommand({}))],
  ])("have the form of %s's errors, last until they are lifted, and are recorded", async (service, call) => {
    const first = (await aws.emulator.calls()).length;

    const lift = await aws.emulator.failCalls({ service, code: "AccessDenied", message: "not today", status: 403 });
    await expect(call()).rejects.toMatchObject({ name: "AccessDenied", message: "not today" });
    await lift();
    await call();

    const calls = await aws.emulator.calls(first);
    expect(calls).toMatchObject([
      { service, status: 403, error: "AccessDenied" },
      { service, status: 200, error: null },
    ]);
  });

  test("affect one operation, after a number of successes, for a number of calls", async () => {
    const lift = await aws.emulator.failCalls({
      service: "ssm",
      operation: "GetParameters",
      code: "AccessDenied",
      after: 2,
      times: 1,
    });

    const others = await aws.ssm.send(new DescribeParametersCommand({}));
    const answers = [await ask(), await ask(), await ask(), await ask()];
    await lift();

    expect(others.Parameters).toBeDefined();
    expect(answers).toEqual(["answered", "answered", "AccessDenied: made to fail", "answered"]);
  });

  test("are retried by the SDK when the error is retryable", async () => {
    await aws.emulator.failCalls({ operation: "GetParameters", code: "InternalServerError", status: 500, times: 2 });

    expect(await ask(aws.ssm)).toBe("answered");
  });

  test("can lose the answer of a call that took effect", async () => {
    const Name = `/${aws.fresh("parameter")}`;
    const lift = await aws.emulator.failCalls({ operation: "PutParameter", code: "AccessDenied", afterwards: true });

    const write = new SSMClient(once()).send(new PutParameterCommand({ Name, Value: "written", Type: "String" }));
    await expect(write).rejects.toThrow("made to fail");
    await lift();

    expect(await aws.parameterValue(Name)).toBe("written");
  });

  test("can affect a single role", async () => {
    const { roleName, credentials } = await assumedRole();
    const lift = await aws.emulator.failCalls({ role: roleName, code: "AccessDenied" });

    const answers = [await ask(), await ask(new SSMClient({ ...once(), credentials }))];
    await lift();

    expect(answers).toEqual(["answered", "AccessDenied: made to fail"]);
  });
});

/** The emulator's clock is late by the time that it took to set it. */
function isBetween(time = "", from: Date, to: Date): boolean {
  return Date.parse(time) >= from.getTime() - 60_000 && Date.parse(time) <= to.getTime();
}

async function assumedRole() {
  const roleName = aws.fresh("role");
  const { Role } = await new IAMClient(aws.access).send(
    new CreateRoleCommand({ RoleName: roleName, AssumeRolePolicyDocument: "{}" }),
  );
  const { Credentials: assumed } = await new STSClient(aws.access).send(
    new AssumeRoleCommand({ RoleArn: Role?.Arn, RoleSessionName: "session" }),
  );
  const credentials = {
    accessKeyId: assumed?.AccessKeyId ?? "",
    secretAccessKey: assumed?.SecretAccessKey ?? "",
    sessionToken: assumed?.SessionToken,
  };
  return { roleName, credentials };
}
