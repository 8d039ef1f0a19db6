import type { CopyImageCommandOutput, DescribeImagesCommandOutput } from "@aws-sdk/client-ec2";
import { beforeEach, expect, test } from "vitest";
import { type Account, emptyAccount } from "../../memory-aws/account.ts";
import { endCopy } from "../../memory-aws/copies.ts";
import { perform } from "../../memory-aws/operations.ts";

const image = "ami-00000000000000001";
const snapshot = "snap-00000000000000001";
const home = "123456789012";
const other = "210987654321";
const copy = { SourceImageId: image, SourceRegion: "us-east-1", Name: "copy", ClientToken: "first" };

let owner: Account;
let sharing: Account;
let copying: Account;

beforeEach(() => {
  const now = () => Date.parse("2026-11-01T00:00:00Z");
  owner = emptyAccount({ id: home, region: "us-east-1", now });
  sharing = emptyAccount({ id: other, region: "us-east-1", now });
  copying = emptyAccount({ id: other, region: "eu-west-1", now });
  const world = [owner, sharing, copying];
  for (const account of world) account.world = world;
  owner.images.set(image, {
    ImageId: image,
    OwnerId: home,
    State: "available",
    Tags: [{ Key: "a", Value: "b" }],
    BlockDeviceMappings: [{ Ebs: { SnapshotId: snapshot } }],
  });
  owner.snapshots.push({ SnapshotId: snapshot });
});

function call(account: Account, operation: string, input: object): object {
  return perform(account, "ec2", operation, input);
}

function share(kind: "Add" | "Remove" = "Add"): void {
  call(owner, "ModifyImageAttribute", { ImageId: image, LaunchPermission: { [kind]: [{ UserId: other }] } });
}

function letRead(kind: "Add" | "Remove" = "Add"): void {
  const CreateVolumePermission = { [kind]: [{ UserId: other }] };
  call(owner, "ModifySnapshotAttribute", { SnapshotId: snapshot, CreateVolumePermission });
}

function seen(account: Account, input: object = {}) {
  return (call(account, "DescribeImages", input) as DescribeImagesCommandOutput).Images ?? [];
}

function begin(changes: object = {}): string {
  return (call(copying, "CopyImage", { ...copy, ...changes }) as CopyImageCommandOutput).ImageId ?? "";
}

test("a shared image is seen in its Region only, without tags and by nobody as his own", () => {
  expect(seen(sharing)).toEqual([]);
  share();
  expect(seen(sharing)).toEqual([expect.not.objectContaining({ Tags: expect.anything() })]);
  expect(seen(sharing, { Owners: ["self"] })).toEqual([]);
  expect(seen(copying)).toEqual([]);
  share("Remove");
  expect(seen(sharing)).toEqual([]);
});

test("disabling an image takes it from other accounts for good", () => {
  share();
  call(owner, "DisableImage", { ImageId: image });
  expect(() => share()).toThrow("not available");
  call(owner, "EnableImage", { ImageId: image });
  expect(seen(sharing)).toEqual([]);
});

test("only the owner may ask and say with whom an image is shared", () => {
  share();
  expect(call(owner, "DescribeImageAttribute", { ImageId: image })).toMatchObject({
    LaunchPermissions: [{ UserId: other }],
  });
  expect(() => call(sharing, "DescribeImageAttribute", { ImageId: image })).toThrow("does not exist");
});

test("another account needs both permissions to copy", () => {
  expect(() => begin()).toThrow("does not exist");
  share();
  expect(() => begin()).toThrow("storage");
  letRead();
  const id = begin({ TagSpecifications: [{ ResourceType: "image", Tags: [{ Key: "c", Value: "d" }] }] });
  expect(seen(copying)).toEqual([
    expect.objectContaining({ ImageId: id, OwnerId: other, State: "pending", Tags: [{ Key: "c", Value: "d" }] }),
  ]);
});

test("a copy ends as it must", () => {
  share();
  letRead();
  const [first, second, third] = [
    begin(),
    begin({ ClientToken: "2", Name: "2" }),
    begin({ ClientToken: "3", Name: "3" }),
  ];
  endCopy(copying, first);
  endCopy(copying, second, "no room");
  letRead("Remove");
  endCopy(copying, third);
  expect(copying.images.get(first)?.State).toBe("available");
  expect(copying.images.get(second)).toMatchObject({ State: "failed", StateReason: { Message: "no room" } });
  expect(copying.images.get(third)?.State).toBe("failed");
});

test("the same token is answered with the same image, a name is used once", () => {
  share();
  letRead();
  const id = begin();
  expect(begin()).toBe(id);
  expect(() => begin({ Name: "another" })).toThrow("other parameters");
  expect(() => begin({ ClientToken: "second" })).toThrow("already in use");
  expect(copying.images.size).toBe(1);
});
