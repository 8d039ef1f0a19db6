import { CopyImageCommand, type CopyImageRequest, EC2Client } from "@aws-sdk/client-ec2";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ApiModel, readApiModel } from "./api-model.ts";
import { type EmulatorWorkshop, openWorkshop } from "./emulator-workshop.ts";

const abroad = "eu-west-1";

let aws: EmulatorWorkshop;
let model: ApiModel;

beforeAll(async () => {
  aws = await openWorkshop();
  model = readApiModel(aws.tools.python, "ec2");
});

afterAll(() => aws?.stop());

/** The answer as it is on the wire. The emulator checks no signatures. */
async function ask(operation: string, parameters: Record<string, string>) {
  const credential = `${aws.access.credentials.accessKeyId}/20261105/${abroad}/ec2/aws4_request`;
  const response = await fetch(aws.emulator.url, {
    method: "POST",
    headers: { authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=0` },
    body: new URLSearchParams({ Action: operation, Version: "2016-11-15", ...parameters }),
  });
  return { operation, status: response.status, body: await response.text() };
}

test("a copy is answered and shown as EC2's model describes it, in each of its states", async () => {
  await aws.emulator.failNextCopy("the snapshot is gone");
  const request = {
    SourceRegion: "us-east-1",
    SourceImageId: await aws.image(),
    Name: "a copy",
    "TagSpecification.1.ResourceType": "image",
    "TagSpecification.1.Tag.1.Key": "a",
    "TagSpecification.1.Tag.1.Value": "b",
  };

  const answers = [await ask("CopyImage", request)];
  for (const name of ["failed", "available"]) {
    answers.push(await ask("DescribeImages", {}), await ask("DescribeSnapshots", {}));
    aws.clock.advanceBy(25 * 60_000);
    answers.push(await ask("CopyImage", { ...request, Name: name }));
  }
  answers.push(await ask("DescribeImages", {}), await ask("DescribeSnapshots", {}));

  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  const all = answers.map(({ body }) => body).join("");
  for (const state of ["pending", "available", "failed"]) expect(all).toContain(`<imageState>${state}</imageState>`);
  // The model knows only "Windows"; its documentation of the same member says "windows", as EC2 answers.
  const complaints = answers.flatMap((answer) => model.complaints(answer));
  expect(complaints.filter((one) => !one.includes('platform is "windows"'))).toEqual([]);
});

test("every parameter of the SDK's request arrives under the name that EC2's model has for it", async () => {
  const ec2 = new EC2Client({ ...aws.access, region: abroad });
  const request: CopyImageRequest = {
    SourceRegion: "us-east-1",
    SourceImageId: await aws.image(),
    Name: "with everything",
    Description: "a copy",
    Encrypted: true,
    KmsKeyId: `arn:aws:kms:${abroad}:123456789012:key/0123abcd-0123-4567-89ab-0123456789ab`,
    ClientToken: "token",
    TagSpecifications: [{ ResourceType: "snapshot", Tags: [{ Key: "a", Value: "b" }] }],
  };
  const first = (await aws.emulator.calls()).length;

  await ec2.send(new CopyImageCommand(request));

  const [call] = await aws.emulator.calls(first);
  expect(call?.parameters).toEqual(request);
});

test.each([
  ["<imageId>ami-1</imageId><owner>me</owner>", /has owner, which is unknown/],
  ["<ImageId>ami-1</ImageId>", /has ImageId, which is unknown/],
])("the comparison finds what EC2 would not answer: %s", (result, complaint) => {
  const body = `<CopyImageResponse><requestId>1</requestId>${result}</CopyImageResponse>`;

  expect(model.complaints({ operation: "CopyImage", status: 200, body })).toEqual([expect.stringMatching(complaint)]);
});

test("the comparison finds a state that no image has", () => {
  const images = "<imagesSet><item><imageState>copied</imageState></item></imagesSet>";
  const body = `<DescribeImagesResponse><requestId>1</requestId>${images}</DescribeImagesResponse>`;

  const complaints = model.complaints({ operation: "DescribeImages", status: 200, body });

  expect(complaints).toEqual([expect.stringMatching(/imageState is "copied", expected string/)]);
});
