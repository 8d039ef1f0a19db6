import {
  CreateLaunchTemplateVersionCommand,
  DeleteLaunchTemplateVersionsCommand,
  DescribeLaunchTemplateVersionsCommand,
  ModifyLaunchTemplateCommand,
  type RequestLaunchTemplateData,
} from "@aws-sdk/client-ec2";
import { PutParameterCommand } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type EmulatorWorkshop, openWorkshop } from "./emulator-workshop.ts";
import { createTemplate } from "./launch-template.ts";

let shop: EmulatorWorkshop;

beforeAll(async () => {
  shop = await openWorkshop();
});

afterAll(() => shop?.stop());

const data = {
  ImageId: "ami-0000000000000000a",
  InstanceType: "m7i.large",
  UserData: Buffer.from("<powershell/>").toString("base64"),
  BlockDeviceMappings: [{ DeviceName: "/dev/sda1", Ebs: { VolumeSize: 100, VolumeType: "gp3" } }],
  TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "team", Value: "web" }] }],
} satisfies RequestLaunchTemplateData;

const template = () => createTemplate(shop, data);

async function addVersion(LaunchTemplateId: string, image: string, source = "1") {
  const { LaunchTemplateVersion } = await shop.ec2.send(
    new CreateLaunchTemplateVersionCommand({
      LaunchTemplateId,
      SourceVersion: source,
      LaunchTemplateData: { ImageId: image },
    }),
  );
  return LaunchTemplateVersion?.VersionNumber;
}

async function versions(LaunchTemplateId: string, more: Partial<DescribeLaunchTemplateVersionsCommand["input"]> = {}) {
  return shop.ec2.send(new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId, ...more }));
}

test("a version made from another one differs only in what the call says", async () => {
  const id = await template();

  await addVersion(id, "ami-0000000000000000b");
  const { LaunchTemplateVersions: [made] = [] } = await versions(id, { Versions: ["$Latest"] });
  const { LaunchTemplateVersions: [source] = [] } = await versions(id, { Versions: ["1"] });

  expect(made).toMatchObject({ VersionNumber: 2, DefaultVersion: false });
  expect(made?.LaunchTemplateData).toEqual({ ...source?.LaunchTemplateData, ImageId: "ami-0000000000000000b" });
  expect(source?.LaunchTemplateData).toMatchObject(data);
});

test("a version that has been deleted is gone, and its number is not used again", async () => {
  const id = await template();
  await addVersion(id, "ami-0000000000000000b");
  await addVersion(id, "ami-0000000000000000c");

  const deletion = await shop.ec2.send(
    new DeleteLaunchTemplateVersionsCommand({ LaunchTemplateId: id, Versions: ["1", "3", "9"] }),
  );
  const next = await addVersion(id, "ami-0000000000000000d");
  const { LaunchTemplateVersions = [] } = await versions(id);

  expect(deletion.SuccessfullyDeletedLaunchTemplateVersions).toMatchObject([{ VersionNumber: 3 }]);
  expect(deletion.UnsuccessfullyDeletedLaunchTemplateVersions).toMatchObject([
    { VersionNumber: 1, ResponseError: { Code: "unexpectedError" } },
    { VersionNumber: 9, ResponseError: { Code: "launchTemplateVersionDoesNotExist" } },
  ]);
  expect(next).toBe(4);
  expect(LaunchTemplateVersions.map(({ VersionNumber }) => VersionNumber)).toEqual([4, 2, 1]);
  await expect(versions(id, { Versions: ["3"] })).rejects.toThrow(/version 3/);
});

test("the default version stays the default when older versions are deleted", async () => {
  const id = await template();
  await addVersion(id, "ami-0000000000000000b");
  await shop.ec2.send(new ModifyLaunchTemplateCommand({ LaunchTemplateId: id, DefaultVersion: "2" }));

  await shop.ec2.send(new DeleteLaunchTemplateVersionsCommand({ LaunchTemplateId: id, Versions: ["1"] }));
  const { LaunchTemplateVersions } = await versions(id, { Versions: ["$Default"] });

  expect(LaunchTemplateVersions).toMatchObject([{ VersionNumber: 2, DefaultVersion: true }]);
});

test("versions come in pages", async () => {
  const id = await template();
  await addVersion(id, "ami-0000000000000000b");

  const first = await versions(id, { MaxResults: 1 });
  const second = await versions(id, { MaxResults: 1, NextToken: first.NextToken });

  expect(first.LaunchTemplateVersions).toMatchObject([{ VersionNumber: 2 }]);
  expect(second.LaunchTemplateVersions).toMatchObject([{ VersionNumber: 1 }]);
  expect(second.NextToken).toBeUndefined();
});

test("an image in a parameter is shown as written, and resolved on request", async () => {
  const parameter = `/${shop.fresh("parameter")}`;
  await shop.ssm.send(new PutParameterCommand({ Name: parameter, Value: "ami-0000000000000000e", Type: "String" }));
  const id = await createTemplate(shop, { ImageId: `resolve:ssm:${parameter}` });

  const written = await versions(id, { Versions: ["1"] });
  const resolved = await versions(id, { Versions: ["1"], ResolveAlias: true });

  expect(written.LaunchTemplateVersions?.[0]?.LaunchTemplateData?.ImageId).toBe(`resolve:ssm:${parameter}`);
  expect(resolved.LaunchTemplateVersions?.[0]?.LaunchTemplateData?.ImageId).toBe("ami-0000000000000000e");
});

test("a call is recorded with the tags of the launch template that it names", async () => {
  const id = await createTemplate(shop, data, { owner: "web" });
  const before = (await shop.emulator.calls()).length;

  await addVersion(id, "ami-0000000000000000b");

  expect(await shop.emulator.calls(before)).toMatchObject([
    { operation: "CreateLaunchTemplateVersion", tags: { [id]: { owner: "web" } } },
  ]);
});
