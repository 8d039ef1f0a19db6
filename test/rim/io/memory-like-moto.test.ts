import * as ec2 from "@aws-sdk/client-ec2";
import * as s3 from "@aws-sdk/client-s3";
import * as ssm from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Account, ServiceError } from "../../memory-aws/account.ts";
import { accountOf } from "../../memory-aws/from-world.ts";
import { perform } from "../../memory-aws/operations.ts";
import { newWorld } from "../../world.ts";
import { type Aws, startAws } from "../aws.ts";

// The account in memory and the emulator get the same calls. What both know they must answer alike.

let aws: Aws;
let image: string;
let account: Account;
const bucket = "memory-like-moto";
const tag = (name: string, Value = "x") => ({ Key: `eks-windows-images:${name}`, Value });

beforeAll(async () => {
  aws = await startAws();
  image = await aws.emulator.addPublicImage({
    name: "ours",
    owner: aws.emulator.accountId,
    creationDate: new Date("2026-11-01T00:00:00Z"),
  });
  await new s3.S3Client({}).send(new s3.CreateBucketCommand({ Bucket: bucket }));
  account = accountOf(newWorld({}, "2026-11-01T00:00:00Z"));
  account.images.set(image, {
    ImageId: image,
    Name: "ours",
    State: "available",
    OwnerId: aws.emulator.accountId,
    CreationDate: "2026-11-01T00:00:00.000Z",
  });
});

afterAll(() => aws?.stop());

/** A call, and what of its answer counts. */
type Call = [service: "ec2" | "s3" | "ssm", operation: string, input: object, of: (answer: never) => unknown];

const nothing = () => undefined;
const images = ({ Images }: ec2.DescribeImagesCommandOutput) =>
  (Images ?? []).map(({ ImageId, State, Tags = [] }) => ({
    ImageId,
    State,
    tags: Tags.map(({ Key }) => Key).toSorted(),
  }));
const versions = ({ Parameters = [] }: ssm.GetParameterHistoryCommandOutput) =>
  Parameters.map(({ Version, Value }) => [Version, Value]);
const names = ({ Parameters }: ssm.GetParametersByPathCommandOutput) =>
  (Parameters ?? []).map(({ Name, Value, Version }) => [Name, Value, Version]).toSorted();
const keys = ({ Contents = [] }: s3.ListObjectsV2CommandOutput) => Contents.map(({ Key }) => Key);
const put = (Value: string, Overwrite: boolean) => ({ Name: "/channels/a/stable", Value, Type: "String", Overwrite });

const calls = (): Call[] => [
  ["ec2", "CreateTags", { Resources: [image], Tags: [tag("stage", "s"), tag("variant", "v")] }, nothing],
  ["ec2", "CreateTags", { Resources: [image], Tags: [tag("variant", "w")] }, nothing],
  ["ec2", "DescribeImages", { Filters: [{ Name: "tag:eks-windows-images:variant", Values: ["w"] }] }, images],
  ["ec2", "DescribeImages", { Filters: [{ Name: "tag:eks-windows-images:variant", Values: ["v"] }] }, images],
  ["ec2", "DeleteTags", { Resources: [image], Tags: [{ Key: tag("variant").Key, Value: "other" }] }, nothing],
  ["ec2", "DescribeImages", { Filters: [{ Name: "image-id", Values: [image, "ami-00000000"] }] }, images],
  ["ec2", "DeleteTags", { Resources: [image], Tags: [{ Key: tag("variant").Key }] }, nothing],
  ["ec2", "DisableImage", { ImageId: image }, nothing],
  ["ec2", "DescribeImages", { Filters: [{ Name: "image-id", Values: [image] }] }, images],
  ["ec2", "DescribeImages", { Filters: [{ Name: "image-id", Values: [image] }], IncludeDisabled: true }, images],
  ["ec2", "EnableImage", { ImageId: image }, nothing],
  ["ec2", "DescribeImages", { Filters: [{ Name: "image-id", Values: [image] }] }, images],
  ["ec2", "DeregisterImage", { ImageId: image }, nothing],
  ["ec2", "DescribeImages", { Filters: [{ Name: "image-id", Values: [image] }], IncludeDisabled: true }, images],
  ["ssm", "PutParameter", put("1", false), ({ Version }: ssm.PutParameterCommandOutput) => Version],
  ["ssm", "PutParameter", put("2", false), nothing],
  ["ssm", "PutParameter", put("2", true), ({ Version }: ssm.PutParameterCommandOutput) => Version],
  ["ssm", "GetParameterHistory", { Name: "/channels/a/stable", MaxResults: 1 }, versions],
  ["ssm", "GetParameterHistory", { Name: "/channels/a/stable", MaxResults: 50 }, versions],
  ["ssm", "GetParameterHistory", { Name: "/none" }, nothing],
  ["ssm", "GetParametersByPath", { Path: "/channels", Recursive: true }, names],
  ["ssm", "GetParametersByPath", { Path: "/channels/b", Recursive: true }, names],
  [
    "ssm",
    "GetParameters",
    { Names: ["/channels/a/stable", "/none"] },
    ({ InvalidParameters }: ssm.GetParametersCommandOutput) => InvalidParameters,
  ],
  ["s3", "PutObject", { Bucket: bucket, Key: "records/a", Body: "1" }, nothing],
  ["s3", "PutObject", { Bucket: bucket, Key: "records/b", Body: "1" }, nothing],
  ["s3", "PutObject", { Bucket: bucket, Key: "records/b", Body: "2", IfNoneMatch: "*" }, nothing],
  ["s3", "ListObjectsV2", { Bucket: bucket, Prefix: "records/", MaxKeys: 1 }, keys],
  ["s3", "DeleteObject", { Bucket: bucket, Key: "records/a" }, nothing],
  ["s3", "DeleteObject", { Bucket: bucket, Key: "records/a" }, nothing],
  ["s3", "ListObjectsV2", { Bucket: bucket, Prefix: "records/" }, keys],
  ["s3", "GetObject", { Bucket: bucket, Key: "records/a" }, nothing],
];

test("the account in memory answers like the emulator", async () => {
  const clients = { ec2: new ec2.EC2Client({}), s3: new s3.S3Client({}), ssm: new ssm.SSMClient({}) };
  const commands = { ...ec2, ...s3, ...ssm } as unknown as Record<string, new (input: object) => never>;
  for (const [service, operation, input, of] of calls()) {
    const Command = commands[`${operation}Command`];
    if (!Command) throw new Error(`the SDK has no ${operation}`);
    const asked = `${operation} ${JSON.stringify(input)}`;
    const inEmulator = await outcome(() => (clients[service] as ssm.SSMClient).send(new Command(input)), of);
    expect(await outcome(async () => perform(account, service, operation, input), of), asked).toEqual(inEmulator);
  }
});

/** What counts of the answer, or the error's code. */
async function outcome(ask: () => Promise<object>, of: (answer: never) => unknown) {
  try {
    return { answer: of((await ask()) as never) };
  } catch (error) {
    return { error: error instanceof ServiceError ? error.code : (error as Error).name };
  }
}
