import {
  CopyImageCommand,
  type CopyImageCommandInput,
  CreateLaunchTemplateCommand,
  DescribeImageReferencesCommand,
  DescribeImagesCommand,
  DescribeSnapshotsCommand,
  DisableImageCommand,
  EC2Client,
  EnableImageCommand,
  ModifyImageAttributeCommand,
  ModifySnapshotAttributeCommand,
} from "@aws-sdk/client-ec2";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { GetParametersCommand, PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { minute } from "../../../functions/config/time.ts";
import { eventually } from "../eventually.ts";
import { type EmulatorWorkshop, openWorkshop } from "./emulator-workshop.ts";

const home = "123456789012";
const other = "210987654321";
const key = "arn:aws:kms:eu-west-1:210987654321:key/0123abcd-0123-4567-89ab-0123456789ab";

let aws: EmulatorWorkshop;
let abroad: EC2Client;
let theirs: { ec2: EC2Client; abroad: EC2Client; ssm: SSMClient };

beforeAll(async () => {
  aws = await openWorkshop();
  abroad = new EC2Client({ ...aws.access, region: "eu-west-1" });
  const access = { ...aws.access, credentials: await aws.emulator.account(other) };
  theirs = {
    ec2: new EC2Client(access),
    abroad: new EC2Client({ ...access, region: "eu-west-1" }),
    ssm: new SSMClient(access),
  };
});

afterAll(() => aws?.stop());

function copyOf(SourceImageId: string, changes: Partial<CopyImageCommandInput> = {}): CopyImageCommand {
  const Tags = [{ Key: "source", Value: SourceImageId }];
  return new CopyImageCommand({
    SourceRegion: "us-east-1",
    SourceImageId,
    Name: aws.fresh("copy"),
    Encrypted: true,
    KmsKeyId: key,
    TagSpecifications: [
      { ResourceType: "image", Tags },
      { ResourceType: "snapshot", Tags },
    ],
    ...changes,
  });
}

async function describeIn(client: EC2Client, id: string | undefined) {
  const Filters = [{ Name: "image-id", Values: [id ?? ""] }];
  const { Images = [] } = await client.send(new DescribeImagesCommand({ Filters, IncludeDisabled: true }));
  return Images[0];
}

async function shareWith(account: string, image: string) {
  await aws.ec2.send(
    new ModifyImageAttributeCommand({ ImageId: image, LaunchPermission: { Add: [{ UserId: account }] } }),
  );
}

async function snapshotOf(client: EC2Client, image: string | undefined) {
  return (await describeIn(client, image))?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId ?? "";
}

describe("a copy", () => {
  test("is made in the Region that is asked, is pending for a while, and has tags, key and snapshot of its own", async () => {
    const image = await aws.image();
    const { ImageId } = await abroad.send(copyOf(image));

    // The emulator reads requests, and writes answers, by botocore's models of the API.
    expect((await aws.emulator.calls()).findLast(({ operation }) => operation === "CopyImage")).toMatchObject({
      parameters: { SourceImageId: image, KmsKeyId: key, TagSpecifications: [{ ResourceType: "image" }, {}] },
      region: "eu-west-1",
      owners: { [image]: home },
    });
    expect(await describeIn(abroad, ImageId)).toMatchObject({ State: "pending", OwnerId: home });
    expect(await describeIn(aws.ec2, ImageId)).toBeUndefined();

    aws.clock.advanceBy(20 * minute);
    const Tags = [{ Key: "source", Value: image }];
    expect(await describeIn(abroad, ImageId)).toMatchObject({ State: "available", Tags, Platform: "windows" });
    const SnapshotIds = [await snapshotOf(abroad, ImageId)];
    const { Snapshots } = await abroad.send(new DescribeSnapshotsCommand({ SnapshotIds }));
    expect(Snapshots).toMatchObject([{ Encrypted: true, KmsKeyId: key, Tags, OwnerId: home }]);
  });

  test("is made once for a token, which no other request may use", async () => {
    const image = await aws.image();
    const command = copyOf(image, { ClientToken: aws.fresh("token") });
    const first = await abroad.send(command);

    expect(await abroad.send(command)).toMatchObject({ ImageId: first.ImageId });
    const changed = new CopyImageCommand({ ...command.input, Description: "another one" });
    await expect(abroad.send(changed)).rejects.toThrow(
      expect.objectContaining({ name: "IdempotentParameterMismatch" }),
    );
  });

  test("may fail after a while, with a reason", async () => {
    // Copies of other tests are available by then.
    aws.clock.advanceBy(20 * minute);
    const { ImageId } = await abroad.send(copyOf(await aws.image()));
    await aws.emulator.failNextCopy("Given key ID is not accessible");
    aws.clock.advanceBy(20 * minute);

    const StateReason = expect.objectContaining({ Message: "Given key ID is not accessible" });
    expect(await describeIn(abroad, ImageId)).toMatchObject({ State: "failed", StateReason });
  });

  test("by another account needs permission for the image and for its snapshots", async () => {
    const image = await aws.image();
    await expect(theirs.abroad.send(copyOf(image))).rejects.toThrow("does not exist");

    await shareWith(other, image);
    await expect(theirs.abroad.send(copyOf(image))).rejects.toThrow("permission to access the storage");

    const SnapshotId = await snapshotOf(aws.ec2, image);
    const permission = { CreateVolumePermission: { Add: [{ UserId: other }] } };
    await aws.ec2.send(new ModifySnapshotAttributeCommand({ SnapshotId, ...permission }));
    const { ImageId } = await theirs.abroad.send(copyOf(image));
    expect(await describeIn(theirs.abroad, ImageId)).toMatchObject({ OwnerId: other });
  });
});

describe("an image that is shared with another account", () => {
  test("is seen there in the same Region, without tags, until it is shared no more", async () => {
    const image = await aws.image();
    expect(await describeIn(theirs.ec2, image)).toBeUndefined();

    await shareWith(other, image);
    expect(await describeIn(theirs.ec2, image)).toMatchObject({ OwnerId: home, State: "available" });
    expect((await describeIn(theirs.ec2, image))?.Tags ?? []).toEqual([]);
    expect(await describeIn(theirs.abroad, image)).toBeUndefined();
    const own = await theirs.ec2.send(new DescribeImagesCommand({ Owners: ["self"] }));
    expect(own.Images).toEqual([]);

    const LaunchPermission = { Remove: [{ UserId: other }] };
    await aws.ec2.send(new ModifyImageAttributeCommand({ ImageId: image, LaunchPermission }));
    expect(await describeIn(theirs.ec2, image)).toBeUndefined();
  });

  test("is lost once it is disabled, also if it is enabled again", async () => {
    const image = await aws.image();
    await shareWith(other, image);
    await aws.ec2.send(new DisableImageCommand({ ImageId: image }));
    await aws.ec2.send(new EnableImageCommand({ ImageId: image }));

    expect(await describeIn(theirs.ec2, image)).toBeUndefined();
    expect(await describeIn(aws.ec2, image)).toMatchObject({ State: "available" });
  });

  test("may be in a parameter there, and only the calls there show what uses it there", async () => {
    const image = await aws.image();
    await shareWith(other, image);
    const Name = "/channels/stable";
    await theirs.ssm.send(new PutParameterCommand({ Name, Value: image, Type: "String", DataType: "aws:ec2:image" }));
    await eventually("the parameter holds the image", async () => {
      const { Parameters = [] } = await theirs.ssm.send(new GetParametersCommand({ Names: [Name] }));
      return Parameters[0]?.Value === image;
    });
    const LaunchTemplateName = aws.fresh("template");
    await theirs.ec2.send(
      new CreateLaunchTemplateCommand({ LaunchTemplateName, LaunchTemplateData: { ImageId: image } }),
    );

    const asked = new DescribeImageReferencesCommand({ ImageIds: [image], IncludeAllResourceTypes: true });
    const there = await theirs.ec2.send(asked);
    expect(there.ImageReferences?.map(({ Arn = "" }) => Arn.split(":")[4])).toEqual([other, other]);
    expect((await aws.ec2.send(asked)).ImageReferences).toEqual([]);
  });
});

describe("a role of another account", () => {
  const RoleArn = `arn:aws:iam::${other}:role/place`;
  const assume = (credentials: ConstructorParameters<typeof STSClient>[0], more: object = {}) =>
    new STSClient({ ...aws.access, ...credentials }).send(
      new AssumeRoleCommand({ RoleArn, RoleSessionName: "test", ...more }),
    );

  test("is assumed by whom it trusts, with the external ID that it asks for, and calls are recorded as its", async () => {
    const roleOf = async (credentials: object, RoleName: string, statement: object) => {
      const iam = new IAMClient({ ...aws.access, ...credentials });
      const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: statement });
      await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
    };
    const caller = `arn:aws:iam::${home}:role/hub`;
    await roleOf({}, "hub", {
      Effect: "Allow",
      Principal: { Service: "lambda.amazonaws.com" },
      Action: "sts:AssumeRole",
    });
    await roleOf({ credentials: await aws.emulator.account(other) }, "place", {
      Effect: "Allow",
      Principal: { AWS: caller },
      Action: "sts:AssumeRole",
      Condition: { StringEquals: { "sts:ExternalId": "ours" } },
    });
    const credentialsOf = ({ Credentials: one }: Awaited<ReturnType<typeof assume>>) => ({
      credentials: {
        accessKeyId: one?.AccessKeyId ?? "",
        secretAccessKey: one?.SecretAccessKey ?? "",
        sessionToken: one?.SessionToken ?? "",
      },
    });
    const hub = credentialsOf(await assume({}, { RoleArn: caller }));

    await expect(assume(hub)).rejects.toThrow("not authorized to perform: sts:AssumeRole");
    await expect(assume(hub, { ExternalId: "theirs" })).rejects.toThrow("not authorized");
    const place = credentialsOf(await assume(hub, { ExternalId: "ours" }));

    await new EC2Client({ ...aws.access, ...place, region: "eu-west-1" }).send(new DescribeImagesCommand({}));
    const calls = await aws.emulator.calls();
    expect(calls.at(-1)).toMatchObject({ role: "place", account: other, region: "eu-west-1" });
  });

  test("can be made to fail alone, as if its account were away", async () => {
    const end = await aws.emulator.failCalls({ account: other, code: "InternalFailure", status: 503 });
    await expect(describeIn(theirs.ec2, "ami-1")).rejects.toThrow("made to fail");
    expect(await describeIn(aws.ec2, "ami-1")).toBeUndefined();
    await end();
    expect(await describeIn(theirs.ec2, "ami-1")).toBeUndefined();
  });
});
